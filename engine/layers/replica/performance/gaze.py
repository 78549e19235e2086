"""Where the eyes look: long fixations of the camera, glances aside, saccades between them."""

import math
from dataclasses import dataclass
from random import Random
from typing import Final

from engine.layers.replica.performance.easing import smooth
from engine.layers.replica.protocol import ReplicaState


@dataclass(frozen=True, slots=True)
class _Habit:
    """How somebody looks; seconds and degrees."""

    at_camera: tuple[float, float]
    """Shortest and longest time at the camera."""
    aside: tuple[float, float]
    far: tuple[float, float]
    """How far glances aside go to the side."""
    high: tuple[float, float]
    """How far down (positive) or up (negative) they go."""


_HABITS: Final = {
    ReplicaState.IDLE: _Habit((2.5, 6.0), (0.6, 1.6), (4.0, 9.0), (-2.0, 4.0)),
    ReplicaState.LISTENING: _Habit((3.5, 9.0), (0.35, 0.8), (3.0, 6.0), (-1.0, 3.0)),
    ReplicaState.THINKING: _Habit((0.3, 0.6), (0.9, 2.2), (7.0, 13.0), (-8.0, -2.0)),
    ReplicaState.SPEAKING: _Habit((2.6, 7.0), (0.35, 0.8), (4.0, 8.0), (-2.5, 3.5)),
}
_WITHIN: Final = 0.7  # degrees that the eyes wander over a face they look at
_MICRO: Final = (0.35, 1.4)  # seconds between such steps
_REACTION: Final = (0.09, 0.2)


class Gaze:
    """One pair of eyes, in degrees from the camera; the head may do what it likes meanwhile."""

    def __init__(self, seed: int) -> None:
        self._random = Random(f"{seed} gaze")  # noqa: S311 - for looks only
        self._state: ReplicaState | None = None
        self._aside = False
        self._side = self._random.choice((-1.0, 1.0))
        self._until = 0.0
        self._micro_at = 0.0
        self._from = self._to = self._centre = (0.0, 0.0)
        self._left = -1.0
        self._lasts = 0.03
        self.shifted = 0.0
        """Degrees of the saccade that the last call began, 0 for none."""

    @property
    def aim(self) -> tuple[float, float]:
        """What the eyes dwell on, or are on their way to."""
        return self._centre

    def at(self, seconds: float, state: ReplicaState) -> tuple[float, float]:
        """Return the gaze to the right and down."""
        self.shifted = 0.0
        if state is not self._state:
            self._react(seconds, state)
        if seconds >= self._until:
            self._look(seconds, state)
        elif seconds >= self._micro_at:
            self._wander(seconds)
        share = smooth((seconds - self._left) / self._lasts)
        return tuple(a + share * (b - a) for a, b in zip(self._from, self._to, strict=True))  # type: ignore[return-value]

    def _react(self, seconds: float, state: ReplicaState) -> None:
        first = self._state is None
        self._state = state
        thinks = state is ReplicaState.THINKING
        if first:
            self._until = seconds + self._random.uniform(*_HABITS[state].at_camera)
            self._micro_at = seconds + self._random.uniform(*_MICRO)
        if thinks is not self._aside:
            self._until = min(self._until, seconds + self._random.uniform(*_REACTION))

    def _look(self, seconds: float, state: ReplicaState) -> None:
        habit = _HABITS[state]
        # A thinker may look elsewhere without coming back in between.
        self._aside = not self._aside or (state is ReplicaState.THINKING and self._random.random() < 0.5)
        if self._aside:
            if self._random.random() < 0.35:
                self._side = -self._side
            self._centre = (self._side * self._random.uniform(*habit.far), self._random.uniform(*habit.high))
        else:
            self._centre = (0.0, 0.0)
        self._until = seconds + self._random.uniform(*(habit.aside if self._aside else habit.at_camera))
        self._leap(seconds, self._centre)
        self.shifted = math.dist(self._from, self._to)

    def _wander(self, seconds: float) -> None:
        angle, radius = self._random.uniform(0.0, math.tau), _WITHIN * math.sqrt(self._random.random())
        x, y = self._centre
        self._leap(seconds, (x + radius * math.cos(angle), y + 0.7 * radius * math.sin(angle)))

    def _leap(self, seconds: float, to: tuple[float, float]) -> None:
        self._from, self._to, self._left = self._to, to, seconds
        # The main sequence of saccades: 21 ms and 2.2 ms per degree.
        self._lasts = 0.021 + 0.0022 * math.dist(self._from, to)
        self._micro_at = seconds + self._random.uniform(*_MICRO)
