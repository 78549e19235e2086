"""Figures of a report."""

from collections.abc import Sequence

import numpy as np


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the percentile (0..100) to one decimal; None of nothing."""
    return round(float(np.percentile(np.asarray(values, dtype=np.float64), share)), 1) if len(values) else None
