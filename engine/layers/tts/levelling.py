"""The loudness of a voice: one gain found when it loads, a small correction for each clause, peaks that never clip."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.audio import Samples
from engine.layers.tts.loudness import loudness, oversampled, true_peak

TARGET: Final = -20.0
"""LUFS of every voice, measured on one channel."""
CEILING: Final = 10.0 ** (-1.0 / 20.0)
"""True peak that nothing passes: -1 dBTP."""
CALIBRATION: Final = (
    "The quick brown fox jumps over the lazy dog, and nobody minds.",
    "Would you like to know what the weather will be tomorrow?",
    "I have found four places near the river.",
    "Thank you, that is all I need.",
)
"""Spoken while a voice loads; in every language it gives a level, if not sense."""

_MOST_GAIN: Final = 30.0
_MOST_CORRECTION: Final = 5.0
"""dB that a clause is made louder or softer than the gain of the voice would make it."""
_LEAST_CORRECTION: Final = 3.0
"""The same for the shortest: a single word is not pumped up to the level of a sentence."""
_LONG_SECONDS: Final = 1.0
_HOLD_SECONDS: Final = 0.002
_SAFE: Final = 0.25
"""Samples of a voice below this hide no true peak above the ceiling."""
_PASSES: Final = 3


def voice_gain(clauses: Iterable[Samples], sample_rate: int) -> float:
    """Return the gain in dB, within +-30, that brings what a voice said to `TARGET` on the whole; 0 for silence."""
    levels = np.array([loudness(clause, sample_rate) for clause in clauses])
    heard = levels[np.isfinite(levels)]
    return float(np.clip(TARGET - np.median(heard), -_MOST_GAIN, _MOST_GAIN)) if heard.size else 0.0


def amplified(samples: Samples, decibels: float) -> Samples:
    """Apply a gain in dB."""
    return np.asarray(samples * np.float32(10.0 ** (decibels / 20.0)), np.float32)


def levelled(samples: Samples, sample_rate: int, volume: float = 0.0) -> Samples:
    """Bring a clause, its pause included, to `TARGET` plus `volume` (LU), and its true peak to `CEILING` at most.

    The clause has the gain of its voice already; what is left is corrected by at most 5 dB, in a clause under a second by less, so that
    neither a sigh nor a single word is pumped up.
    """
    level = loudness(samples, sample_rate)
    if not np.isfinite(level):
        return samples
    share = min(samples.size / sample_rate / _LONG_SECONDS, 1.0)
    bound = _LEAST_CORRECTION + share * (_MOST_CORRECTION - _LEAST_CORRECTION)
    return limited(amplified(samples, float(np.clip(TARGET - level, -bound, bound)) + volume), sample_rate)


def limited(samples: Samples, sample_rate: int) -> Samples:
    """Turn down peaks whose true level lies above `CEILING`, beginning 2 ms before them and without bending the wave."""
    for _ in range(_PASSES):
        if float(np.max(np.abs(samples), initial=0.0)) < _SAFE:
            return samples
        fine = np.abs(oversampled(samples))
        highest = float(fine.max())
        if highest <= CEILING:
            return samples
        peaks = fine.reshape(samples.size, -1).max(axis=1)
        samples = np.asarray(samples * _gains(peaks, sample_rate), np.float32)
    # What little the moving gain has left over.
    return np.asarray(samples * np.float32(0.999 * CEILING / max(true_peak(samples), CEILING)), np.float32)


def _gains(peaks: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    """Smooth factors of at most `CEILING` / peak: the least one within reach, averaged over the same reach."""
    reach = max(1, round(_HOLD_SECONDS * sample_rate))
    wanted = np.minimum(1.0, CEILING * 0.999 / np.maximum(peaks, 1e-9), dtype=np.float64)
    least = _sliding_minimum(np.pad(wanted, 2 * reach, constant_values=1.0), 2 * reach + 1)
    return _sliding_mean(_sliding_mean(least, reach + 1), reach + 1)


def _sliding_minimum(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Return the least of each `width` neighbours [n - width + 1], by minima over powers of two."""
    least, covered = values, 1
    while 2 * covered <= width:
        least = np.minimum(least[:-covered], least[covered:])
        covered *= 2
    rest = width - covered
    return np.minimum(least[: least.size - rest], least[rest:]) if rest else least


def _sliding_mean(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Return the mean of each `width` neighbours [n - width + 1]."""
    sums = np.concatenate(([0.0], np.cumsum(values)))
    return np.asarray((sums[width:] - sums[:-width]) / width, np.float64)
