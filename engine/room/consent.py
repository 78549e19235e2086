"""Whether the other side still wants what it is sent (RFC 7675): asked every few seconds, as long as it is answered now and then.

aioice asks once each time and waits for half a second: six times in a row a slow link, or a busy machine, is late by more than that, and
a call that everybody hears and sees is over. RFC 7675 ends it after 30 s without any answer.
"""

import asyncio
import contextlib
import random
from functools import partial
from typing import Any

from aioice import stun
from aiortc import RTCPeerConnection

INTERVAL = 5.0
"""Seconds between two questions, give or take a fifth (RFC 7675, section 5.1)."""
EXPIRES = 30.0
"""Seconds without an answer after which nothing more is sent."""
REPEATS = 2
"""How often a question is repeated that is not answered: after 0.5 and 1.5 s, and it counts as unanswered after 3.5 s."""


def ask_patiently(connection: RTCPeerConnection) -> None:
    """Make the connection ask in this way; to be called before it is up."""
    for transceiver in connection.getTransceivers():
        ice: Any = transceiver.sender.transport.transport.iceGatherer._connection
        ice.query_consent = partial(_query_consent, ice)


async def _query_consent(ice: Any) -> None:
    loop = asyncio.get_running_loop()
    answered = loop.time()
    while loop.time() - answered < EXPIRES:
        await asyncio.sleep(INTERVAL * random.uniform(0.8, 1.2))  # noqa: S311 - so that not all ask at once
        for pair in list(ice._nominated.values()):
            question = ice.build_request(pair, nominate=False)
            key = ice.remote_password.encode("utf8")
            with contextlib.suppress(stun.TransactionError):
                await pair.protocol.request(question, pair.remote_addr, integrity_key=key, retransmissions=REPEATS)
                answered = loop.time()
    # Closing would wait for the task that closes.
    ice._query_consent_task = None
    await ice.close()
