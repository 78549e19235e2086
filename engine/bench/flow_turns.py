"""Clips with pauses and ends, streamed in real time to the appliance, and when it takes the turn in them."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.bench.clips import Clip
from engine.bench.dialogue import quiet
from engine.bench.statistics import quantiles
from engine.bench.turn_scores import TOLERANCE, DecidedClip
from engine.bench.witness import AUDIBLE, Witness

DECIDES_WITHIN: Final = 6.0
"""Seconds after the true end; a turn that was not taken by then is missed."""
HOLDS_FOR: Final = 0.3
"""Seconds after a clip whose speaker would go on."""
TALKED_OVER: Final = 0.2
"""Seconds of the replica's sound over somebody who goes on, from which it is rude."""


@dataclass(frozen=True, slots=True)
class StreamedTurn:
    """A clip, when its turn was taken, and how the replica sounded over it."""

    decided: DecidedClip
    over_speech: tuple[float, ...]
    """Seconds of the replica's sound over the speech that follows each pause."""
    silent_after: tuple[float | None, ...]
    """Seconds after each pause at which the replica was silent again; None where it was not heard over the speech."""
    reply: float | None
    """Seconds from the true end to the replica's first sample after it."""


async def stream_turns(person: Witness, conversation_id: str, clips: Sequence[Clip]) -> AsyncIterator[StreamedTurn]:
    """Speak each clip, with a call for silence behind it; yields as it goes."""
    for clip in clips:
        person.received.forget(time.monotonic() - 1.0)
        begun = await person.speak(clip.samples())
        decisions = await _decisions(person, clip, begun)
        reply = None
        if clip.true_end is not None:
            await asyncio.sleep(HOLDS_FOR * 2)
            sound = person.first_sound(after=begun + clip.true_end)
            reply = None if sound is None else sound - begun - clip.true_end
        person.send("conversation.interrupt", conversation_id)
        yield _heard(person, clip, begun, decisions, reply)
        await quiet(person)


async def _decisions(person: Witness, clip: Clip, begun: float) -> list[float]:
    over = time.monotonic() if clip.true_end is None else begun + clip.true_end
    deadline = over + (HOLDS_FOR if clip.true_end is None else DECIDES_WITHIN)
    while True:
        found = [
            told.time - begun
            for told in person.received.messages
            if told.time > begun
            and told.event_type == "conversation.utterance"
            and (told.message.get("properties") or {}).get("role") == "user"
        ]
        ended = clip.true_end is not None and any(moment >= clip.true_end - TOLERANCE for moment in found)
        if ended or time.monotonic() > deadline:
            return found
        await asyncio.sleep(0.02)


def _heard(person: Witness, clip: Clip, begun: float, decisions: list[float], reply: float | None) -> StreamedTurn:
    loud = [
        (chunk.time - begun, chunk.samples.size / 48_000)
        for chunk in person.received.sound
        if chunk.time > begun and chunk.level > AUDIBLE
    ]
    decided = DecidedClip(clip, decisions)
    over, silent = [], []
    for _, resumed in decided.pauses:
        until = next((end for start, end in clip.speech if start >= resumed - TOLERANCE), resumed)
        sounding = [(at, seconds) for at, seconds in loud if resumed < at <= until]
        over.append(sum(seconds for _, seconds in sounding))
        silent.append(max(at for at, _ in sounding) - resumed if sounding else None)
    return StreamedTurn(decided, tuple(over), tuple(silent), reply)


def rudeness(turns: Sequence[StreamedTurn]) -> dict[str, Any]:
    """Return what people hear of wrong decisions, over the pauses that they made themselves, and how soon they are answered."""
    own = [turn for turn in turns if turn.decided.clip.kind != "inserted"]
    over = [seconds for turn in own for seconds in turn.over_speech]
    silent = [seconds * 1000 for turn in own for seconds in turn.silent_after if seconds is not None]
    replies = [turn.reply * 1000 for turn in turns if turn.reply is not None]
    return {
        "talked_over_rate": round(sum(seconds > TALKED_OVER for seconds in over) / max(1, len(over)), 3),
        "silent_again_ms": quantiles(silent),
        "reply_ms": quantiles(replies),
    }
