"""`visavis bench api`: what the API answers in beside a running conversation, and how soon a new conversation is ready."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.bench.appliance_process import ApplianceProcess, appliance_process
from engine.bench.callbacks import CallbackReceiver, receiving
from engine.bench.clips import Clip, load_clips
from engine.bench.load import LoadPlan, LoadResult, run_load
from engine.bench.statistics import frames_each_second, percentile
from engine.bench.witness import Witness

GETS_PER_SECOND = 30.0
POSTS_PER_SECOND = 20.0
STARTS = 12
"""Conversations that are created to see how soon they are ready; the first one is not counted."""
READY_WITHIN = 20.0
"""Seconds after which a new conversation counts as not ready."""
WARM_UP = 2.0
"""Seconds of conversation before anything is measured."""
LISTEN = 3.0
"""Seconds of each answer that are listened to before it is interrupted."""
PERSONA = {
    "persona_name": "Bench",
    "system_prompt": "You are a friendly guide who answers in one or two short sentences.",
    "context": "A visitor asks about the opening hours of a museum.",
    "layers": {"llm": {"model": "tavus-llama"}, "tts": {"tts_engine": "cartesia"}},
}


@dataclass(slots=True)
class _Measured:
    load: LoadResult
    seconds: float
    cores: float
    created_ms: list[float] = field(default_factory=list)
    """POST of a conversation -> its answer."""
    ready_ms: list[float] = field(default_factory=list)
    """POST of a conversation -> its callback system.replica_joined has arrived."""
    unready: int = 0
    frames: list[int] = field(default_factory=list)


async def bench_api(home: Path, *, seconds: float, call: bool) -> dict[str, Any]:
    """Measure for so many seconds, beside a conversation unless `call` is false, and return the report."""
    async with appliance_process(home, environment={"VISAVIS_SEED": "1"}) as appliance, receiving() as receiver:
        if not call:
            return _report(await _measure(appliance, receiver, seconds, None))
        async with _conversation(appliance) as person:
            return _report(await _measure(appliance, receiver, seconds, person))


async def _measure(
    appliance: ApplianceProcess, receiver: CallbackReceiver, seconds: float, person: Witness | None
) -> _Measured:
    await asyncio.sleep(WARM_UP)
    cpu, begun = appliance.cpu_seconds(), time.monotonic()
    load = await run_load(
        LoadPlan(
            base_url=str(appliance.api.base_url),
            key=appliance.api.headers["x-api-key"],
            path="/v2/personas",
            gets_per_second=GETS_PER_SECOND,
            posts_per_second=POSTS_PER_SECOND,
            body=PERSONA,
            seconds=seconds,
        )
    )
    ended = time.monotonic()
    measured = _Measured(load, ended - begun, (appliance.cpu_seconds() - cpu) / (ended - begun))
    if person is not None:
        measured.frames = frames_each_second([picture.time for picture in person.received.pictures], begun, ended)
    for _ in range(STARTS):
        await _start_one(appliance, receiver, measured)
    return measured


async def _start_one(appliance: ApplianceProcess, receiver: CallbackReceiver, measured: _Measured) -> None:
    begun = time.monotonic()
    conversation_id = str((await appliance.create_conversation(callback_url=receiver.url))["conversation_id"])
    measured.created_ms.append((time.monotonic() - begun) * 1000)
    try:
        arrived = await receiver.arrival(conversation_id, "system.replica_joined", within=READY_WITHIN)
        measured.ready_ms.append((arrived - begun) * 1000)
    except TimeoutError:
        measured.unready += 1
    await appliance.api.post(f"/v2/conversations/{conversation_id}/end")


@asynccontextmanager
async def _conversation(appliance: ApplianceProcess) -> AsyncIterator[Witness]:
    """Hold a conversation in which somebody speaks, is answered and interrupts, over and over."""
    conversation_id = str((await appliance.create_conversation(conversation_name="bench api"))["conversation_id"])
    person = Witness()
    await person.join(appliance.signal(conversation_id))
    clips = [clip for clip in load_clips(None) if clip.kind == "natural"]
    talking = asyncio.create_task(_talk(person, conversation_id, clips), name="bench-talk")
    try:
        yield person
    finally:
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        await person.close()


async def _talk(person: Witness, conversation_id: str, clips: list[Clip]) -> None:
    sounds = [clip.samples() for clip in clips]
    while True:
        for sound in sounds:
            await person.speak(sound)
            await asyncio.sleep(LISTEN)
            person.send("conversation.interrupt", conversation_id)


def _report(measured: _Measured) -> dict[str, Any]:
    load = measured.load
    return {
        "bench": "api",
        "get_ms": _percentiles(load.get_ms),
        "post_ms": _percentiles(load.post_ms),
        "ready_ms": _percentiles(measured.ready_ms[1:]),
        "created_ms": _percentiles(measured.created_ms[1:]),
        "video_fps": {"p50": percentile(measured.frames, 50), "p5": percentile(measured.frames, 5)},
        "errors": len(load.errors) + measured.unready,
        "error_kinds": sorted(set(load.errors))[:5],
        "requests": len(load.get_ms) + len(load.post_ms) + len(load.errors),
        "sent_late_ms": _percentiles(load.sent_late_ms),
        "seconds": round(measured.seconds, 1),
        "cores": round(measured.cores, 3),
    }


def _percentiles(values: list[float]) -> dict[str, float | None]:
    return {f"p{share}": percentile(values, share) for share in (50, 95, 99)}
