"""Pitch and noisiness of a recording, by the WORLD analysis."""

import numpy as np
from numpy.typing import NDArray

from models.training.voice.recipe import (
    APERIODICITY_BANDS,
    BINS_PER_BAND,
    F0_CEILING,
    F0_FLOOR,
    FFT,
    HOP,
    SAMPLE_RATE,
)
from models.training.voice.signals import Floats

FRAME_MS = 1_000 * HOP / SAMPLE_RATE


def fundamental(samples: Floats, floor: float = F0_FLOOR, ceiling: float = F0_CEILING) -> NDArray[np.float64]:
    """Fundamental frequency in Hz of each frame (centred on (i + 0.5) hops); 0 where there is no voice."""
    import pyworld

    sound = centred(samples)
    coarse, times = pyworld.dio(
        sound, SAMPLE_RATE, f0_floor=floor, f0_ceil=ceiling, frame_period=FRAME_MS, allowed_range=0.12
    )
    fine = pyworld.stonemask(sound, coarse, times, SAMPLE_RATE)
    fine = np.where((fine >= 0.7 * floor) & (fine <= ceiling), fine, 0.0)
    return np.asarray(_fitted(fine, samples.size // HOP), np.float64)


def noise_share(samples: Floats, f0: NDArray[np.float64]) -> Floats:
    """Share of noise in the power of each frame and band [frames, 65]; 1 where there is no voice."""
    import pyworld

    times = np.arange(f0.size) * FRAME_MS / 1_000
    amplitude = pyworld.d4c(centred(samples), np.ascontiguousarray(f0), times, SAMPLE_RATE, fft_size=FFT)
    return in_bands(np.square(amplitude))


def in_bands(spectra: NDArray[np.float64]) -> Floats:
    """Mean over bands of 8 bins; the last band holds the last bin alone."""
    whole = (APERIODICITY_BANDS - 1) * BINS_PER_BAND
    bands = spectra[:, :whole].reshape(spectra.shape[0], -1, BINS_PER_BAND).mean(axis=2)
    return np.concatenate([bands, spectra[:, whole:].mean(axis=1, keepdims=True)], axis=1).astype(np.float32)


def interpolated_log(f0: NDArray[np.float64]) -> Floats:
    """Natural logarithm of the pitch, carried through unvoiced frames in straight lines."""
    voiced = np.flatnonzero(f0 > 0)
    if not voiced.size:
        return np.full(f0.size, np.log(np.sqrt(F0_FLOOR * F0_CEILING)), np.float32)
    return np.interp(np.arange(f0.size), voiced, np.log(f0[voiced])).astype(np.float32)


def centred(samples: Floats) -> NDArray[np.float64]:
    """Return the sound so that WORLD's frames, which lie at whole hops, are centred as ours are."""
    return np.ascontiguousarray(np.concatenate([samples[HOP // 2 :], np.zeros(HOP // 2, np.float32)]), np.float64)


def _fitted(values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    return np.pad(values[:size], (0, max(0, size - values.size)))
