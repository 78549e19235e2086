"""What the network that reads mouths from sound is given: logarithmic mel spectra."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.layers.audio import HEARING_RATE, Samples

Spectra: TypeAlias = NDArray[np.float32]
"""Shape [frames, BANDS]; one frame per 10 ms."""

BANDS: Final = 40
HOP: Final = HEARING_RATE // 100
WINDOW: Final = HEARING_RATE // 40
_LOWEST, _HIGHEST = 60.0, 7600.0  # Hz
_FFT: Final = 512
_FLOOR: Final = 1e-6
SILENCE: Final = float(np.log(_FLOOR))
"""A band in which nothing sounds."""


def log_mel(samples: Samples) -> Spectra:
    """Return the spectra of sound at 16 kHz; frame n covers samples HOP * n .. HOP * n + WINDOW, so the last ones may be left over."""
    count = max(0, (samples.size - WINDOW) // HOP + 1)
    if count == 0:
        return np.empty((0, BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP][:count]
    power = np.abs(np.fft.rfft(frames * _HANN, _FFT, axis=1)) ** 2
    spectra: Spectra = np.log(power @ _BANDS + _FLOOR).astype(np.float32)
    return spectra


def _mel(hertz: float) -> float:
    return float(2595.0 * np.log10(1.0 + hertz / 700.0))


def _filters() -> NDArray[np.float64]:
    """Triangles that are evenly spaced in mel; each band is the mean power under its triangle."""
    edges = 700.0 * (10.0 ** (np.linspace(_mel(_LOWEST), _mel(_HIGHEST), BANDS + 2) / 2595.0) - 1.0)
    hertz = np.fft.rfftfreq(_FFT, 1.0 / HEARING_RATE)[:, None]
    rising = (hertz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hertz) / (edges[2:] - edges[1:-1])
    filters: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling))
    filters /= filters.sum(0)
    return filters


_HANN: Final = np.hanning(WINDOW + 1)[:-1]
_BANDS: Final = _filters() / float(np.sum(_HANN**2))
