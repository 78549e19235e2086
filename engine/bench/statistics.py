"""Figures of a report."""

from collections.abc import Sequence

import numpy as np


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the percentile (0..100) to one decimal; None of nothing."""
    return round(float(np.percentile(np.asarray(values, dtype=np.float64), share)), 1) if len(values) else None


def quantiles(values: Sequence[float]) -> dict[str, float | None]:
    """Return the median and the 95th percentile as reports name them."""
    return {"p50": percentile(values, 50), "p95": percentile(values, 95)}


def frames_each_second(times: Sequence[float], begun: float, ended: float) -> list[int]:
    """Count the pictures that arrived in each whole second between two moments (monotonic seconds)."""
    counts, _ = np.histogram(times, bins=np.arange(begun, ended, 1.0))
    return [int(count) for count in counts]
