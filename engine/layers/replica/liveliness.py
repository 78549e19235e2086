"""How a face moves when nobody tells it to: sway, nods, gaze, blinks and moods."""

import math
from dataclasses import dataclass
from random import Random
from typing import Final

from engine.layers.replica.protocol import ReplicaState

_SETTLING_SECONDS: Final = 0.09  # time constant: a mood is 94 % there after 250 ms
_SACCADE_SECONDS: Final = 0.03
_BLINK_SECONDS: Final = 0.24
_NOD_SECONDS: Final = 0.75


@dataclass(frozen=True, slots=True)
class Pose:
    """A face at one moment; distances in 1/512 of the picture."""

    head_x: float
    head_y: float
    turn_x: float
    """How far the features have slid over the head, which reads as turning it."""
    turn_y: float
    gaze_x: float
    """-1..1, to the picture's right."""
    gaze_y: float
    """-1..1, downwards."""
    lids: float
    """0 shut, 1 open."""
    brows: float
    """-1..1, upwards."""
    smile: float
    """0..1."""


@dataclass(frozen=True, slots=True)
class _Mood:
    gaze_x: float
    gaze_y: float
    wander: float
    brows: float
    smile: float
    energy: float
    turn_x: float = 0.0
    turn_y: float = 0.0


_MOODS: Final = {
    ReplicaState.IDLE: _Mood(0.0, 0.0, 0.35, 0.0, 0.45, 0.75),
    ReplicaState.LISTENING: _Mood(0.0, 0.0, 0.10, 0.5, 0.5, 0.8),
    ReplicaState.THINKING: _Mood(0.6, -0.6, 0.22, 0.35, 0.3, 0.7, 1.5, -1.2),
    ReplicaState.SPEAKING: _Mood(0.0, 0.0, 0.2, 0.15, 0.4, 1.25),
}


class Liveliness:
    """The movements of one face, repeatable by seed; asked at times that only grow."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - for looks only
        self._phases = [self._random.uniform(0.0, math.tau) for _ in range(6)]
        self._seconds: float | None = None
        self._mood = _MOODS[ReplicaState.IDLE]
        self._blink_at = self._random.uniform(1.0, 3.0)
        self._nod_at = self._random.uniform(1.5, 4.0)
        self._look_at = 0.0
        self._aim = (0.0, 0.0)
        self._gaze = (0.0, 0.0)

    def at(self, seconds: float, state: ReplicaState) -> Pose:
        """Return the pose at a time on the media clock."""
        if self._seconds is None:
            self._blink_at += seconds
            self._nod_at += seconds
            self._look_at = seconds
            self._mood = _MOODS[state]
        passed = max(0.0, seconds - (seconds if self._seconds is None else self._seconds))
        self._seconds = seconds
        self._mood = _towards(self._mood, _MOODS[state], 1.0 - math.exp(-passed / _SETTLING_SECONDS))
        self._move_eyes(seconds, passed)
        nod = self._nod(seconds, state)
        mood, energy = self._mood, self._mood.energy
        turn_x = mood.turn_x + energy * 1.8 * self._wave(0, 0.19, seconds)
        turn_y = mood.turn_y + energy * 1.0 * self._wave(1, 0.27, seconds)
        return Pose(
            head_x=energy * (3.4 * self._wave(2, 0.17, seconds) + 1.2 * self._wave(3, 0.43, seconds)) + mood.turn_x,
            head_y=energy * (1.6 * self._wave(4, 0.23, seconds) + 0.8 * self._wave(5, 0.61, seconds)) + 2.6 * nod,
            turn_x=turn_x,
            turn_y=turn_y + 1.6 * nod,
            gaze_x=mood.gaze_x + self._gaze[0] - 0.08 * turn_x,
            gaze_y=mood.gaze_y + self._gaze[1],
            lids=self._lids(seconds),
            brows=mood.brows + 0.15 * energy * self._wave(3, 0.31, seconds),
            smile=mood.smile,
        )

    def _wave(self, index: int, hertz: float, seconds: float) -> float:
        return math.sin(math.tau * hertz * seconds + self._phases[index])

    def _move_eyes(self, seconds: float, passed: float) -> None:
        if seconds >= self._look_at:
            wander = self._mood.wander
            self._aim = (self._random.uniform(-wander, wander), self._random.uniform(-wander, wander) * 0.5)
            self._look_at = seconds + self._random.uniform(0.6, 2.4)
        step = 1.0 - math.exp(-passed / _SACCADE_SECONDS)
        x, y = self._gaze
        self._gaze = (x + step * (self._aim[0] - x), y + step * (self._aim[1] - y))

    def _nod(self, seconds: float, state: ReplicaState) -> float:
        if seconds > self._nod_at + _NOD_SECONDS:
            self._nod_at = seconds + self._random.uniform(2.5, 6.0)
        if seconds < self._nod_at:
            if state is not ReplicaState.LISTENING:
                self._nod_at = max(self._nod_at, seconds + 0.8)
            return 0.0
        return math.sin(math.pi * (seconds - self._nod_at) / _NOD_SECONDS) ** 2

    def _lids(self, seconds: float) -> float:
        since = seconds - self._blink_at
        if since > _BLINK_SECONDS:
            self._blink_at = seconds + self._random.uniform(2.0, 5.7)
            return 1.0
        if since < 0.0:
            return 1.0
        # Shut from 70 to 120 ms, so that one frame at 25 fps always shows closed eyes.
        return max(0.0, 1.0 - since / 0.07, (since - 0.12) / (_BLINK_SECONDS - 0.12))


def _towards(now: _Mood, then: _Mood, step: float) -> _Mood:
    def mix(a: float, b: float) -> float:
        return a + step * (b - a)

    return _Mood(
        mix(now.gaze_x, then.gaze_x),
        mix(now.gaze_y, then.gaze_y),
        mix(now.wander, then.wander),
        mix(now.brows, then.brows),
        mix(now.smile, then.smile),
        mix(now.energy, then.energy),
        mix(now.turn_x, then.turn_x),
        mix(now.turn_y, then.turn_y),
    )
