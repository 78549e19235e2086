"""What head and face do at a certain moment: stress a syllable, nod to a speaker, greet."""

from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from engine.layers.audio import MEDIA_RATE
from engine.layers.replica.performance.easing import Vector, bump
from engine.layers.replica.performance.prominence import Prominence
from engine.layers.replica.performance.temperament import Temperament
from engine.layers.replica.protocol import ReplicaState

CHANNELS: Final = 6
"""Yaw, pitch, roll in degrees; then inner brows, outer brows and smile in shape weights."""
_YAW, _PITCH, _ROLL, _INNER_BROWS, _OUTER_BROWS, _SMILE = range(CHANNELS)

_BEAT_RISE, _BEAT_FALL = 0.19, 0.34
_BROW_RISE, _BROW_FALL = 0.22, 0.5
_NOD_RISE, _NOD_FALL = 0.19, 0.25
_NOD_SECONDS: Final = _NOD_RISE + _NOD_FALL
_ANSWERED: Final = 0.85  # share of a speaker's pauses that a nod answers
_REACTION = (0.05, 0.2)  # seconds from a pause to the nod
_NODS_APART: Final = 2.2  # seconds


@dataclass(frozen=True, slots=True)
class _Gesture:
    start: float
    rise: float
    fall: float
    amounts: tuple[tuple[int, float], ...]
    """Channel and how far it goes."""

    @property
    def end(self) -> float:
        return self.start + self.rise + self.fall


class Gestures:
    """Gestures to come and under way, in seconds on the media clock."""

    def __init__(self, seed: int, temperament: Temperament) -> None:
        self._seed = seed
        self._random = Random(f"{seed} gestures")  # noqa: S311 - for looks only
        self._temperament = temperament
        self._planned: list[_Gesture] = []
        self._nod_at: float | None = None
        self._nodded = -_NODS_APART
        self._last: float | None = None

    def stress(self, clause: Prominence, start: int) -> None:
        """Plan the beats of a clause that begins at a media sample; those that should have begun by now are left out."""
        # A clause moves the same wherever the conversation stood when it came.
        random = Random(f"{self._seed} clause {start}")  # noqa: S311 - for looks only
        size = self._temperament.emphasis
        for accent in clause.accents:
            middle, strength = accent.position / MEDIA_RATE, accent.strength
            nod = size * (0.9 + 2.0 * strength) * random.uniform(0.6, 1.2)
            turn = size * strength * random.uniform(-1.4, 1.4)
            tilt = size * strength * random.uniform(-1.0, 1.0)
            beat = ((_PITCH, nod), (_YAW, turn), (_ROLL, tilt))
            self._plan(_Gesture(middle - _BEAT_RISE, _BEAT_RISE, _BEAT_FALL, beat))
            if random.random() < 0.3 + 0.5 * strength:
                raised = size * (0.1 + 0.2 * strength) * random.uniform(0.7, 1.2)
                brows = ((_INNER_BROWS, raised), (_OUTER_BROWS, 0.8 * raised))
                self._plan(_Gesture(middle - _BROW_RISE, _BROW_RISE, _BROW_FALL, brows))
        for end in clause.ends:
            settling = ((_PITCH, size * random.uniform(0.6, 1.8)), (_ROLL, size * random.uniform(-0.8, 0.8)))
            self._plan(_Gesture(end / MEDIA_RATE - 0.25, 0.32, 0.6, settling))

    def greet(self, seconds: float) -> None:
        """Plan a welcome."""
        smile = min(1.3, self._temperament.smile)
        self._plan(_Gesture(seconds + 0.25, 0.5, 2.4, ((_SMILE, 0.42 * smile),)))
        self._plan(_Gesture(seconds + 0.3, 0.24, 0.7, ((_INNER_BROWS, 0.3), (_OUTER_BROWS, 0.4))))
        self._plan(_Gesture(seconds + 0.5, 0.6, 0.8, ((_PITCH, 1.7),)))

    def attend(self, seconds: float) -> None:
        """Plan a nod for somebody who pauses, as listeners often do: not every time, and not twice in a moment."""
        willing = self._random.random() < _ANSWERED * min(1.2, self._temperament.nods)
        delay = self._random.uniform(*_REACTION)
        if willing and seconds - self._nodded >= _NODS_APART:
            self._nod(seconds + delay)
            self._nod_at = seconds + self._pause(4.0, 9.0)

    def silence_from(self, seconds: float) -> None:
        """Drop what has not begun by then."""
        self._planned = [gesture for gesture in self._planned if gesture.start < seconds]

    def at(self, seconds: float, state: ReplicaState) -> Vector:
        """Return all channels."""
        self._last = seconds
        self._attend(seconds, state)
        total = np.zeros(CHANNELS)
        self._planned = [gesture for gesture in self._planned if gesture.end > seconds]
        for gesture in self._planned:
            share = bump(seconds - gesture.start, gesture.rise, gesture.fall)
            if share > 0.0:
                for channel, amount in gesture.amounts:
                    total[channel] += share * amount
        return total

    def _attend(self, seconds: float, state: ReplicaState) -> None:
        """Nod to a speaker now and then."""
        if state is not ReplicaState.LISTENING:
            self._nod_at = None
        elif self._nod_at is None or seconds - self._nod_at > 5.0:
            self._nod_at = seconds + self._pause(2.5, 5.0)
        elif seconds >= self._nod_at:
            self._nod(seconds)
            self._nod_at = seconds + self._pause(4.0, 9.0)

    def _nod(self, seconds: float) -> None:
        self._nodded = seconds
        depth = self._random.uniform(2.2, 4.2)
        start = seconds
        for _ in range(self._random.choice((1, 1, 2, 2, 3))):
            self._plan(_Gesture(start, _NOD_RISE, _NOD_FALL, ((_PITCH, depth),)))
            start += _NOD_SECONDS
            depth *= 0.65
        if self._random.random() < 0.4:
            smile = self._temperament.smile * self._random.uniform(0.12, 0.28)
            self._plan(_Gesture(seconds, 0.4, 1.6, ((_SMILE, smile),)))

    def _pause(self, shortest: float, longest: float) -> float:
        return self._random.uniform(shortest, longest) / self._temperament.nods

    def _plan(self, gesture: _Gesture) -> None:
        if self._last is None or gesture.start >= self._last:
            self._planned.append(gesture)
