"""What became of a figure over a run: its slope, and the longest time without anything."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

HOUR = 3600.0
FEWEST = 3
"""Points below which a line through them says nothing."""


@dataclass(frozen=True, slots=True)
class Slope:
    """A straight line through what was measured."""

    per_hour: float
    error: float
    """Standard error of it."""


def slope(times: Sequence[float], values: Sequence[float]) -> Slope | None:
    """Fit a line to values at times (seconds) by least squares; None where there are too few, or all at one time."""
    if len(times) < FEWEST:
        return None
    hours = (np.asarray(times, dtype=np.float64) - times[0]) / HOUR
    centred = hours - hours.mean()
    spread = float(np.square(centred).sum())
    if not spread:
        return None
    measured = np.asarray(values, dtype=np.float64)
    per_hour = float(np.dot(centred, measured - measured.mean()) / spread)
    left = measured - measured.mean() - per_hour * centred
    error = float(np.sqrt(np.square(left).sum() / (len(hours) - 2) / spread))
    return Slope(round(per_hour, 2), round(error, 2))


def after(times: Sequence[float], values: Sequence[float], moment: float) -> tuple[list[float], list[float]]:
    """Return what was measured from a moment on."""
    kept = [(time, value) for time, value in zip(times, values, strict=True) if time >= moment]
    return [time for time, _ in kept], [value for _, value in kept]


def gaps(times: Sequence[float], begun: float, ended: float) -> list[float]:
    """Return the seconds between each two arrivals within a stretch, those before the first and after the last included."""
    within = [time for time in times if begun <= time <= ended]
    return [float(gap) for gap in np.diff([begun, *within, ended])]
