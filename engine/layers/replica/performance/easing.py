"""Ways to get from here to there without a jump."""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]


class Spring:
    """A point that follows its target, critically damped: it starts and ends softly and never overshoots."""

    def __init__(self, at: Vector, seconds: float) -> None:
        """`seconds`: time constant; 96 % of the way are done after five of them."""
        self.at = at.copy()
        self._moving = np.zeros_like(self.at)
        self._seconds = seconds

    def towards(self, target: Vector, passed: float) -> Vector:
        """Go on for the seconds that have passed; the array returned is the spring's own."""
        rate = 1.0 / self._seconds
        decay = math.exp(-rate * passed)
        away = self.at - target
        pull = self._moving + rate * away
        self.at = target + (away + pull * passed) * decay
        self._moving = (self._moving - rate * passed * pull) * decay
        return self.at


def bump(since: float, rise: float, fall: float) -> float:
    """Go from 0 up to 1 within `rise` seconds and down to 0 within `fall`."""
    if since <= 0.0 or since >= rise + fall:
        return 0.0
    place = since / rise if since < rise else 1.0 - (since - rise) / fall
    return 0.5 - 0.5 * math.cos(math.pi * place)


def smooth(share: float) -> float:
    """Ease 0..1 in and out; what lies beyond is taken for the end."""
    share = min(1.0, max(0.0, share))
    return share * share * (3.0 - 2.0 * share)


def smooth_each(shares: Vector) -> Vector:
    """Ease every number of an array as `smooth` does one."""
    shares = np.clip(shares, 0.0, 1.0)
    return shares * shares * (3.0 - 2.0 * shares)
