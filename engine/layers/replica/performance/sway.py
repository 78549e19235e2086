"""The slow drift of a head and face that nobody moves on purpose."""

from random import Random
from typing import Final

import numpy as np

from engine.layers.replica.performance.easing import Spring, Vector

CHANNELS: Final = 6
"""Yaw, pitch, roll in degrees; then brows, mouth corners and lids in shape weights."""

_WAVES: Final = 7
_SLOWEST, _FASTEST = 0.05, 1.1  # Hz: no tremor, no jump
_RMS: Final = np.array([1.15, 0.65, 0.6, 0.02, 0.025, 0.02])
_POSTURE: Final = np.array([2.2, 0.9, 1.4, 0.0, 0.0, 0.0])  # farthest
_POSTURE_SECONDS: Final = 0.6
_ENERGY_SECONDS: Final = 0.3


class Sway:
    """Waves whose size falls with their frequency as 1/f, over a posture that is taken anew now and then."""

    def __init__(self, seed: int, size: float) -> None:
        self._random = Random(f"{seed} sway")  # noqa: S311 - for looks only
        steps = np.linspace(0.0, 1.0, _WAVES)
        spread = np.array([[self._random.uniform(-0.06, 0.06) for _ in steps] for _ in range(CHANNELS)])
        hertz = _SLOWEST * (_FASTEST / _SLOWEST) ** np.clip(steps + spread, 0.0, 1.0)
        self._turns = 2.0 * np.pi * hertz
        self._phases = np.array([[self._random.uniform(0.0, 2.0 * np.pi) for _ in steps] for _ in range(CHANNELS)])
        sizes = (_SLOWEST / hertz) ** 0.75
        rms = np.sqrt((sizes**2).sum(1, keepdims=True) / 2.0)
        self._sizes = size * _RMS[:, None] * sizes / rms
        self._size = size
        self._energy = Spring(np.ones(1), _ENERGY_SECONDS)
        self._posture = Spring(np.zeros(CHANNELS), _POSTURE_SECONDS)
        self._taken = np.zeros(CHANNELS)
        self._shift_at: float | None = None

    def at(self, seconds: float, passed: float, energy: float) -> Vector:
        """Return all channels; `energy` is a factor on the drift, 1 in the middle."""
        if self._shift_at is None:
            self._shift_at = seconds + self._random.uniform(1.0, 4.0)
        if seconds >= self._shift_at:
            self._taken = np.array([self._random.triangular(-1.0, 1.0) for _ in _POSTURE]) * _POSTURE * self._size
            self._shift_at = seconds + self._random.uniform(4.0, 10.0)
        level = self._energy.towards(np.full(1, energy), passed)[0]
        drift: Vector = (self._sizes * np.sin(self._turns * seconds + self._phases)).sum(1)
        moved: Vector = level * drift + self._posture.towards(self._taken, passed)
        return moved
