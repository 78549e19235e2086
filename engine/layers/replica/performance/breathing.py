"""Breathing."""

import math
from random import Random
from typing import Final

import numpy as np

from engine.layers.replica.performance.easing import Spring, Vector

_CALM: Final = 0.21  # Hz
_TALKING: Final = 0.24
_ABOUT_TO_TALK: Final = 0.29
_SECONDS: Final = 0.5
_IN: Final = 0.4  # share of a breath that goes in


class Breathing:
    """A chest that rises and falls, faster before speech."""

    def __init__(self, seed: int) -> None:
        self._phase = Random(f"{seed} breath").random()  # noqa: S311 - for looks only
        self._rate = Spring(np.full(1, _CALM), _SECONDS)

    def at(self, passed: float, *, talking: bool, about_to_talk: bool) -> float:
        """Return 0 (out) .. 1 (in) after the seconds that have passed."""
        wanted = _ABOUT_TO_TALK if about_to_talk else _TALKING if talking else _CALM
        rate: Vector = self._rate.towards(np.full(1, wanted), passed)
        self._phase = (self._phase + passed * float(rate[0])) % 1.0
        if self._phase < _IN:
            return 0.5 - 0.5 * math.cos(math.pi * self._phase / _IN)
        return 0.5 + 0.5 * math.cos(math.pi * (self._phase - _IN) / (1.0 - _IN))
