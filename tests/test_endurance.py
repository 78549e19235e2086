"""Twenty conversations in a row leave nothing behind, not even the one whose browser tab was killed."""

import asyncio
import ctypes
import gc
import statistics
import threading
from collections import Counter
from itertools import pairwise
from pathlib import Path

import httpx
import psutil
import pytest
from aiortc import RTCDataChannel, RTCPeerConnection, RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver

from engine.appliance import Appliance, running
from engine.bench.witness import Witness
from engine.settings import Settings
from tests.browser.chromium import chromium, join, open_room
from tests.model_files import NEEDS_MODELS, home
from tests.real_time import until
from tests.speech import three_clips

pytestmark = [*NEEDS_MODELS, pytest.mark.browser, pytest.mark.slow]

CONVERSATIONS = 20
KILLED = 10
"""The conversation whose tab is killed."""
SETTLED = 3
"""What is there after this many conversations stays."""
POOL = "encode"
"""Of the loop's own threads one more comes, and stays, when two have work at once: when that first happens is chance."""
RTP_OBJECTS = (RTCPeerConnection, RTCRtpSender, RTCRtpReceiver, RTCRtpTransceiver, RTCDataChannel)


def counts() -> dict[str, int]:
    gc.collect()
    process = psutil.Process()
    pooled = sum(each.name.startswith(f"{POOL}_") for each in threading.enumerate())
    assert pooled <= Settings().conversation_limit
    kinds = Counter(type(each).__name__ for each in gc.get_objects() if isinstance(each, RTP_OBJECTS))
    return {
        "threads": threading.active_count() - pooled,
        "native threads": process.num_threads() - pooled,
        "tasks": len(asyncio.all_tasks()),
        "files": process.num_fds(),
        **{kind.__name__: kinds[kind.__name__] for kind in RTP_OBJECTS},
    }


def live_memory() -> int:
    """Return the resident bytes once the C library has given back what is free: how much it keeps depends on how threads met."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    return int(psutil.Process().memory_info().rss)


async def test_twenty_conversations_leave_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o700)
    (tmp_path / "home" / "models").symlink_to(home() / "models")
    settings = Settings(home=tmp_path / "home", port=0, seed=1)
    async with (
        running(settings) as appliance,
        httpx.AsyncClient(
            base_url=appliance.base_url,
            headers={"x-api-key": appliance.settings.api_key.reveal(), "connection": "close"},
            trust_env=False,
        ) as api,
    ):
        settled: dict[str, int] = {}
        memory: list[int] = []
        for number in range(1, CONVERSATIONS + 1):
            conversation = (await api.post("/v2/conversations", json={"persona_id": "pb87e71797da"})).json()
            if number == KILLED:
                await _tab_is_killed(appliance, conversation)
            else:
                await _someone_talks(api, conversation["conversation_id"])
            if number == SETTLED:
                settled = await _quiet_counts()
            if number >= SETTLED:
                memory.append(live_memory())
        # Chromium's driver is a thread and some pipes of this test, and it is gone by now.
        assert await _quiet_counts(settled) == settled
        memory.append(live_memory())
        # What each conversation leaves behind shows in most steps; a buffer that grew once, as load had it, in one.
        each = statistics.median(after - before for before, after in pairwise(memory))
        assert each * len(memory) <= 0.05 * memory[0], memory
        assert memory[-1] <= 1.25 * memory[0], memory


async def _someone_talks(api: httpx.AsyncClient, conversation_id: str) -> None:
    person = Witness(decodes=False)

    async def signal(sdp: str) -> str:
        response = await api.post(f"/rooms/{conversation_id}/join", json={"sdp": sdp, "type": "offer"})
        return str(response.json()["sdp"])

    await person.join(signal)
    await person.speak(three_clips()[0].samples())
    await person.event("conversation.replica.started_speaking")
    await person.close()
    assert (await api.post(f"/v2/conversations/{conversation_id}/end")).status_code == 200


async def _tab_is_killed(appliance: Appliance, conversation: dict[str, str]) -> None:
    async with chromium() as browser:
        page = await open_room(browser, conversation["conversation_url"])
        await join(page)
        for process in psutil.Process().children(recursive=True):
            if "--type=renderer" in process.cmdline():
                process.kill()
        await until(lambda: not appliance.calls.is_live(conversation["conversation_id"]))
    record = await appliance.store.conversations.get(conversation["conversation_id"])
    assert record is not None
    assert record.status == "ended"


async def _quiet_counts(wanted: dict[str, int] | None = None) -> dict[str, int]:
    """Return the counts once they are as wanted, or once they had time to become so (sockets close late)."""
    found = counts()
    for _ in range(150):
        if wanted is None or found == wanted:
            break
        await asyncio.sleep(0.2)
        found = counts()
    return found
