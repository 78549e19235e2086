"""Lessons in ends of turns from read sentences: whole, and broken off between two words.

The words and the sound are found out by the appliance's own models, mistakes included. The room is quiet noise, which goes on
where the voice stops.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np

from engine.bench.clips import read_sound
from engine.bench.turn_moments import Hearing
from engine.layers.audio import HEARING_RATE, MEDIA_RATE, Samples
from engine.layers.flow.evidence import Features
from engine.layers.resampling import resample

_LOUD: Final = 0.008
"""Mean magnitude of 20 ms from which a recording is speech."""
_MOMENT: Final = HEARING_RATE // 50
_LEAD: Final = HEARING_RATE // 5
"""Samples kept before the first loud one, and the pause behind the last."""
_LEAST_BEGUN: Final = 0.7
"""Seconds that are said at least before a sentence is broken off."""
_LEAST_LEFT: Final = 0.35
"""Seconds that are left unsaid at least."""
_ABOUT: Final = HEARING_RATE // 10
"""Samples around a word's start among which the quietest place is looked for."""
_FADE: Final = HEARING_RATE // 100
_LEVEL: Final = 0.25
_BED: Final = 4e-4

WordStarts: TypeAlias = Callable[[Samples, str], list[float]]
"""Sound (16 kHz) and its text -> seconds at which the words begin."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One moment of silence behind a whole or a broken sentence."""

    sentence: str
    over: bool
    """Whether the sentence is whole."""
    text: str
    features: Features

    def row(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return asdict(self)


def read_sentences(folder: Path) -> list[tuple[Path, str]]:
    """Return the recordings of a folder of read sentences (`metadata.csv`: `id|text`; `flac/ID.flac`) with their texts."""
    rows = (line.split("|", 1) for line in (folder / "metadata.csv").read_text(encoding="utf-8").splitlines() if line)
    return [(folder / "flac" / f"{name}.flac", text) for name, text in rows]


def lessons(
    sentences: Sequence[tuple[Path, str]], word_starts: WordStarts, hearing: Hearing, count: int, seed: int
) -> Iterator[Lesson]:
    """Yield two lessons for each of `count` sentences drawn at random, where there is a place to break it off."""
    draw, room = random.Random(seed), np.random.default_rng(seed)  # noqa: S311 - lessons, not secrets
    for path, text in draw.sample(list(sentences), min(count, len(sentences))):
        spoken = _spoken(resample(read_sound(path), MEDIA_RATE, HEARING_RATE))
        last = spoken.size / HEARING_RATE - _LEAST_LEFT
        starts = [start for start in word_starts(spoken, text) if _LEAST_BEGUN < start < last]
        ends = [(spoken.size, True)]
        if starts:
            ends.insert(0, (_quietest(spoken, draw.choice(starts)), False))
        for end, over in ends:
            _, words, features = hearing.features(_heard(spoken[:end], room))
            yield Lesson(path.stem, over, words, features)


def _spoken(sound: Samples) -> Samples:
    """Return the sound from shortly before the first loud moment to the last one."""
    loud = np.flatnonzero(np.convolve(np.abs(sound), np.full(_MOMENT, 1 / _MOMENT), "same") > _LOUD)
    return sound[max(0, loud[0] - _LEAD) : loud[-1] + _FADE] if loud.size else sound


def _quietest(sound: Samples, start: float) -> int:
    """Return the sample at the quietest 20 ms around a word's start (seconds)."""
    begin = max(0, int(start * HEARING_RATE) - _ABOUT)
    around = np.abs(sound[begin : begin + 2 * _ABOUT])
    return begin + int(np.convolve(around, np.ones(_MOMENT), "same").argmin())


def _heard(said: Samples, room: np.random.Generator) -> Samples:
    """Return what a microphone hears of it up to 200 ms after the last word."""
    faded = said.copy()
    length = min(_FADE, faded.size)
    faded[faded.size - length :] *= np.linspace(1.0, 0.0, length, dtype=np.float32)
    silence = np.zeros(_LEAD, dtype=np.float32)
    sound = np.concatenate([silence, faded, silence]) * np.float32(_LEVEL)
    return sound + room.normal(0.0, _BED, sound.size).astype(np.float32)
