"""Presenters in a call of a real appliance, seen and heard at its receiver."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from engine.bench.appliance_process import ApplianceProcess, appliance_process
from engine.bench.clips import Clip, load_clips
from engine.bench.dialogue import offset_between, quiet, take_turn
from engine.bench.faces import replicas_by_presenter, stock_face
from engine.bench.lip_sync import LipSync
from engine.bench.replica_evidence import Performed, write_evidence
from engine.bench.replica_speech import SENTENCES
from engine.bench.statistics import frames_each_second, percentile
from engine.bench.tape import Tape
from engine.bench.voices import Note
from engine.bench.witness import Witness
from engine.ranks import Rank

TURNS: Final = 5
"""Turns of the conversation with each presenter."""
SPEAKING: Final = 20.0
LISTENING: Final = 10.0
"""Seconds of what is performed and recorded after them."""
_SETTLE: Final = 1.5  # seconds after joining
_LEAD: Final = 0.5  # seconds before the first word that are recorded
_WINDOW, _HOP = 4.0, 1.0  # seconds of speech that an offset is told from, and from one to the next
_DRAWING: Final = (Rank.RENDERING, Rank.ENCODING)


async def bench_calls(
    home: Path, presenters: Sequence[str], frames: Path | None, note: Note
) -> dict[str, dict[str, Any]]:
    """Hold a conversation with each presenter, let it speak and listen, and return the figures by name.

    With `frames` the raw evidence goes into a folder for each. Presenters that no stock replica shows are left out, and `note` is told.
    """
    replicas = replicas_by_presenter()
    clips = [clip for clip in load_clips(None) if clip.kind == "natural" and clip.true_end is not None]
    figures: dict[str, dict[str, Any]] = {}
    async with appliance_process(home, environment={"VISAVIS_SEED": "1"}) as appliance:
        for name in presenters:
            if name not in replicas:
                note(f"{name}: no stock replica shows it, so there is no call")
                continue
            note(f"{name}: talking with the appliance ...")
            folder = None if frames is None else frames / name
            figures[name] = await _one_call(appliance, replicas[name], clips, folder, note)
    return figures


async def _one_call(
    appliance: ApplianceProcess, replica_id: str, clips: Sequence[Clip], folder: Path | None, note: Note
) -> dict[str, Any]:
    mouth_box = (await asyncio.to_thread(stock_face, replica_id)).mouth_box
    lip_sync = LipSync(mouth_box)
    created = await appliance.create_conversation(conversation_name="bench replica", replica_id=replica_id)
    conversation_id = str(created["conversation_id"])
    with Tape() as tape:
        keep = None if folder is None else lambda picture: tape.take(picture.arrived, picture.frame)
        person = Witness(on_picture=keep)
        await person.join(appliance.signal(conversation_id))
        await asyncio.sleep(_SETTLE)
        begun, cpu, drawing = time.monotonic(), appliance.cpu_seconds(), appliance.cpu_seconds_of(*_DRAWING)
        turns = [await take_turn(person, clip, conversation_id, lip_sync) for clip in clips[:TURNS]]
        ended = time.monotonic()
        cores = (appliance.cpu_seconds() - cpu) / (ended - begun)
        drawn = appliance.cpu_seconds_of(*_DRAWING)
        performed = await _perform(person, conversation_id, clips, tape)
        offsets = [turn.av_offset_ms for turn in turns] + _offsets(person, performed, lip_sync)
        found = [offset for offset in offsets if offset is not None]
        per_second = frames_each_second([picture.time for picture in person.received.pictures], begun, ended)
        figures = {
            "fps": {"p50": percentile(per_second, 50), "p5": percentile(per_second, 5)},
            "cores": None if drawing is None or drawn is None else round((drawn - drawing) / (ended - begun), 3),
            "appliance_cores": round(cores, 3),
            "appliance_rss_mb": round(appliance.rss_mb(), 1),
            "av_offset_ms": {share: percentile(found, int(share[1:])) for share in ("p5", "p50", "p95")},
            "offsets": len(found),
            "turns": len(turns),
            "unanswered": sum(turn.first_sound is None for turn in turns),
        }
        await person.close()
        if folder is not None:
            note(f"writing {folder} ...")
            await asyncio.to_thread(write_evidence, folder, performed, person, tape, mouth_box)
    await appliance.api.post(f"/v2/conversations/{conversation_id}/end")
    return figures


async def _perform(person: Witness, conversation_id: str, clips: Sequence[Clip], tape: Tape) -> Performed:
    """Let the replica speak for 20 s and be interrupted, then listen to somebody for 10 s."""
    await quiet(person)
    asked = time.monotonic()
    tape.start()
    person.send("conversation.echo", conversation_id, modality="text", text=" ".join(SENTENCES))
    first = None
    while first is None and time.monotonic() < asked + 20.0:
        await asyncio.sleep(0.01)
        first = person.first_sound(after=asked)
    begun = (first or time.monotonic()) - _LEAD
    await asyncio.sleep(max(0.0, begun + SPEAKING - time.monotonic()))
    person.send("conversation.interrupt", conversation_id)
    interrupted = time.monotonic()
    await asyncio.sleep(0.7)
    # A person who talks without a pause that could end the turn.
    talking = asyncio.create_task(_talk(person, clips), name="bench-talk")
    await asyncio.sleep(max(0.0, begun + SPEAKING + LISTENING - time.monotonic()))
    tape.stop()
    talking.cancel()
    await asyncio.gather(talking, return_exceptions=True)
    return Performed(begun, interrupted, begun + SPEAKING + LISTENING)


async def _talk(person: Witness, clips: Sequence[Clip]) -> None:
    for clip in clips:
        await person.speak(clip.samples())


def _offsets(person: Witness, performed: Performed, lip_sync: LipSync) -> list[float | None]:
    """Return the offset in each stretch of the replica's speech."""
    starts = range(int((performed.interrupted - performed.begun - _WINDOW) / _HOP) + 1)
    begins = [performed.begun + start * _HOP for start in starts]
    return [offset_between(person, begin, begin + _WINDOW, lip_sync) for begin in begins]
