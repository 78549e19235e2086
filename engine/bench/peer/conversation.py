"""A conversation with the peer, held and measured as the bench holds and measures its own."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any, Final

from engine.bench.clips import Clip
from engine.bench.dialogue import Turn, take_turn
from engine.bench.faces import stock_face
from engine.bench.lip_sync import LipSync
from engine.bench.peer.comparison import Conversation
from engine.bench.peer.peer_process import PeerProcess
from engine.bench.witness import Witness
from engine.store.stock import DEFAULT_REPLICA_ID

SETTLES: Final = 1.5
"""Seconds between joining and the first clip; the bench's own conversation has as many."""


class PeerWitness(Witness):
    """The same person, microphone and probes; messages are given the `type` that pipecat's data channel asks for."""

    def send(self, event_type: str, conversation_id: str, **properties: Any) -> None:
        """Send one interaction."""
        self.send_text(json.dumps({"type": event_type, "conversation_id": conversation_id, "properties": properties}))


async def converse_with(peer: PeerProcess, clips: Sequence[Clip]) -> Conversation:
    """Speak each clip to the peer, listen and interrupt. Raises TimeoutError, ConnectionError, PeerUnavailableError."""
    # The peer shows no face, so nothing is asked of it; the turns are taken by the same code all the same.
    lip_sync = LipSync((await asyncio.to_thread(stock_face, DEFAULT_REPLICA_ID)).mouth_box)
    person = PeerWitness()
    try:
        await person.join(peer.signal, within=60)
        await asyncio.sleep(SETTLES)
        cpu, begun = peer.cpu_seconds(), time.monotonic()
        turns: list[Turn] = [await take_turn(person, clip, "", lip_sync) for clip in clips]
        cores = (peer.cpu_seconds() - cpu) / (time.monotonic() - begun)
        return Conversation.of(turns, cores=cores, rss_mb=peer.rss_mb())
    finally:
        await person.close()
