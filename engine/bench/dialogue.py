"""Turns of a conversation, held with clips at a client of the room."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Final

from engine.bench.clips import Clip
from engine.bench.lip_sync import LipSync
from engine.bench.witness import Witness

LISTEN: Final = 3.5
"""Seconds of each answer that are listened to before it is interrupted."""
QUIET: Final = 0.8
"""Seconds of silence between two turns."""
ANSWER_WITHIN: Final = 12.0
"""Seconds after which a turn counts as unanswered."""
_BEFORE: Final = 1.0  # seconds before an answer at which the face that is to speak is looked at too


@dataclass(slots=True)
class Turn:
    """A clip that was spoken, and what came of it; times are monotonic seconds."""

    clip: Clip
    begun: float
    last_voiced: float
    first_sound: float | None = None
    cut_in: bool = False
    av_offset_ms: float | None = None
    trace: dict[str, Any] | None = None

    @property
    def milliseconds(self) -> float | None:
        """From the last voiced sample to the replica's first; None without an answer, or with one that came too soon."""
        if self.first_sound is None or self.cut_in:
            return None
        return (self.first_sound - self.last_voiced) * 1000


async def take_turn(person: Witness, clip: Clip, conversation_id: str, lip_sync: LipSync) -> Turn:
    """Speak a clip that has an end, listen to the answer for a while, interrupt it and wait for quiet."""
    if clip.true_end is None:
        raise ValueError(f"{clip.path} has no end of its turn")
    begun = await person.speak(clip.samples())
    turn = Turn(clip, begun, begun + clip.true_end)
    deadline = turn.last_voiced + ANSWER_WITHIN
    while turn.first_sound is None and time.monotonic() < deadline:
        turn.first_sound = person.first_sound(after=begun)
        await asyncio.sleep(0.02)
    if turn.first_sound is not None and turn.first_sound < turn.last_voiced:
        turn.cut_in = True
    await asyncio.sleep(LISTEN)
    if turn.first_sound is not None and not turn.cut_in:
        turn.av_offset_ms = offset_between(person, turn.first_sound - _BEFORE, time.monotonic(), lip_sync)
    person.send("conversation.interrupt", conversation_id)
    await quiet(person)
    return turn


async def quiet(person: Witness) -> None:
    """Wait until the replica has been silent for a while."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        last = person.last_sound()
        if last is None or time.monotonic() - last > QUIET:
            return
        await asyncio.sleep(0.05)


def offset_between(person: Witness, begun: float, ended: float, lip_sync: LipSync) -> float | None:
    """Return by how many milliseconds the sound was early of what arrived between two moments; None without speech in it."""
    sound = [chunk for chunk in person.received.sound if begun < chunk.time < ended]
    pictures = [picture for picture in person.received.pictures if begun < picture.time < ended]
    return lip_sync.offset(sound, pictures)
