"""Listeners, interruptions and noises into what the replica says, and what becomes of it.

The replica says a fixed text, so that it is known which words are lost.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from engine.bench.clips import read_sound
from engine.bench.dialogue import quiet
from engine.bench.statistics import quantiles
from engine.bench.witness import AUDIBLE, Witness
from engine.errors import InvalidInputError, VisavisError
from engine.room.playout import MEDIA_RATE

INDEX: Final = "barge.jsonl"
TEXT: Final = (
    "The river that runs past our little town begins high up in the mountains where the snow melts late in spring and "
    "from there it finds its way through dark woods and wide green meadows until it comes down to the old stone bridge "
    "where the children of the village fish for trout in the evening"
)
"""Without a comma: a silence in it is no breath."""
POSITIONS: Final = (0.5, 2.0, 4.0, 6.0)
"""Seconds of the reply at which each clip is heard."""
LONGEST: Final = 4.0
"""Seconds of a clip that are played."""
STOPPED: Final = 1.0
"""Seconds of silence that are a stop, and no pause."""
PAUSED: Final = 0.3
"""Seconds of silence that somebody notices."""
_SPEAKS_WITHIN: Final = 10.0
_OVER_WITHIN: Final = 20.0


@dataclass(frozen=True, slots=True)
class BargeClip:
    """What is heard while the replica speaks."""

    path: Path
    kind: str
    """`backchannel`, `interruption` or `noise`."""
    onset: float
    """Seconds of the clip at which it begins to be heard."""

    def samples(self) -> Any:
        """Return the sound, mono at 48 kHz, as long as it is played."""
        return read_sound(self.path)[: int(LONGEST * MEDIA_RATE)]


@dataclass(frozen=True, slots=True)
class Trial:
    """One clip at one position of a reply."""

    clip: BargeClip
    position: float
    stopped: bool
    """Silent for more than a second, or told as interrupted."""
    silent_ms: float | None
    """From the onset to the replica's last sound before it paused or stopped; None: it talked on."""
    paused_ms: float | None
    """How long a pause was that was no stop."""
    words_lost: int
    """Of a reply that was not stopped."""


def load_barge_clips(data: Path | None) -> list[BargeClip]:
    """Read a folder with barge.jsonl, or its sub-folder `barge`; None has none. Raises InvalidInputError, VisavisError."""
    if data is None:
        return []
    folder = data if (data / INDEX).is_file() else data / "barge"
    if not (folder / INDEX).is_file():
        raise InvalidInputError("--data", str(data), f"a folder with {INDEX}, or with barge/{INDEX},")
    try:
        rows = [json.loads(line) for line in (folder / INDEX).read_text(encoding="utf-8").splitlines() if line]
        return [BargeClip(folder / str(row["file"]), str(row["kind"]), float(row["onset"])) for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise VisavisError(f"{folder / INDEX}: {error!r}; each line is a JSON object as the README says") from error


async def barge_in(
    person: Witness, conversation_id: str, clips: Sequence[BargeClip], positions: Sequence[float]
) -> AsyncIterator[Trial]:
    """Let each clip be heard at each position of a reply of its own; yields as it goes."""
    for clip in clips:
        for position in positions:
            yield await _try(person, conversation_id, clip, position)


async def _try(person: Witness, conversation_id: str, clip: BargeClip, position: float) -> Trial:
    person.received.forget(time.monotonic() - 1.0)
    asked = time.monotonic()
    person.send("conversation.echo", conversation_id, modality="text", text=TEXT, done=True)
    first = None
    while first is None:
        if time.monotonic() - asked > _SPEAKS_WITHIN:
            raise VisavisError(f"the replica did not begin to speak within {_SPEAKS_WITHIN:.0f} s")
        await asyncio.sleep(0.02)
        first = person.first_sound(after=asked)
    await asyncio.sleep(max(0.0, first + position - time.monotonic()))
    onset = await person.speak(clip.samples()) + clip.onset
    said = await _said(person, asked)
    trial = judged(clip, position, onset, _loud(person, first), said)
    person.send("conversation.interrupt", conversation_id)
    await quiet(person)
    return trial


async def _said(person: Witness, after: float) -> dict[str, Any] | None:
    """Wait until the reply is over, and return its utterance; None when nothing was told of it in time."""
    try:
        told = await person.event("conversation.utterance", after=after, within=_OVER_WITHIN, role="replica")
    except TimeoutError:
        return None
    return dict(told.message.get("properties") or {})


def _loud(person: Witness, first: float) -> list[float]:
    return [chunk.time for chunk in person.received.sound if chunk.time >= first and chunk.level > AUDIBLE]


def judged(clip: BargeClip, position: float, onset: float, loud: Sequence[float], said: dict[str, Any] | None) -> Trial:
    """Judge a trial: `onset` in monotonic seconds, `loud`: when each 20 ms of the replica's sound came, `said`: its utterance."""
    after = [at for at in loud if at >= onset]
    before = max((at for at in loud if at < onset), default=onset)
    steps = [before, *after]
    gaps = [(later - earlier, earlier) for earlier, later in pairwise(steps)]
    longest, _ = max(gaps, default=(0.0, before))
    interrupted = said is None or bool(said.get("interrupted"))
    stopped = interrupted or longest > STOPPED
    # What was interrupted fell silent for good after its last sound, unless it had paused before.
    silent = next((at for gap, at in gaps if gap > PAUSED), steps[-1] if interrupted else None)
    heard = len(str((said or {}).get("speech") or "").split())
    return Trial(
        clip,
        position,
        stopped,
        None if silent is None else max(0.0, (silent - onset) * 1000),
        longest * 1000 if not stopped and longest > PAUSED else None,
        0 if stopped else max(0, len(TEXT.split()) - heard),
    )


def barge_scores(trials: Sequence[Trial]) -> dict[str, Any]:
    """Return the figures of trials."""

    def of(kind: str) -> list[Trial]:
        return [trial for trial in trials if trial.clip.kind == kind]

    meant = [trial.silent_ms for trial in of("interruption") if trial.stopped and trial.silent_ms is not None]
    pauses = [trial.paused_ms for trial in trials if trial.paused_ms is not None]
    listeners = of("backchannel")
    return {
        "trials": len(trials),
        "barge_in_ms": quantiles(meant),
        "missed_interruptions": sum(not trial.stopped for trial in of("interruption")),
        "stops_by_noise": sum(trial.stopped for trial in of("noise")),
        "pauses_by_noise": sum(trial.paused_ms is not None for trial in of("noise")),
        "stops_by_backchannel_rate": round(sum(trial.stopped for trial in listeners) / max(1, len(listeners)), 3),
        "resume_ms": quantiles(pauses),
        "words_lost": sum(trial.words_lost for trial in trials),
    }
