"""The log-mel picture of sound that the Whisper family of networks looks at."""

from functools import cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.layers.audio import HEARING_RATE, Samples

LogMel: TypeAlias = NDArray[np.float32]
"""Shape [bands, frames], 100 frames a second, roughly -1..1.5."""

HOP: Final = 160
"""Samples between two frames (10 ms)."""

_WINDOW: Final = 400
_FLOOR: Final = 1e-10


def log_mel(samples: Samples, frames: int, bands: int = 80) -> LogMel:
    """Return `frames` log-mel frames of `samples` (16 kHz), silence following them to the end.

    The same numbers as Whisper's own features of `samples` with zeros appended, but the silence is not computed.
    """
    length = frames * HOP
    heard = samples[:length].astype(np.float32, copy=False)
    # Frames that overlap the sound or its mirrored edges are computed, the rest is known to be silent.
    computed = min(frames, (len(heard) + _WINDOW) // HOP + 1)
    padded = np.zeros(max(computed * HOP, _WINDOW), dtype=np.float32)
    padded[: min(len(heard), len(padded))] = heard[: len(padded)]
    edged = np.pad(padded, _WINDOW // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(edged, _WINDOW)[::HOP][:computed]
    spectrum = np.fft.rfft(windows * _hann(), axis=-1)
    power = spectrum.real**2 + spectrum.imag**2
    picture = np.full((bands, frames), np.log10(_FLOOR), dtype=np.float32)
    picture[:, :computed] = np.log10(np.maximum(mel_filters(bands) @ power.T, _FLOOR))
    np.maximum(picture, picture.max() - 8.0, out=picture)
    return ((picture + 4.0) / 4.0).astype(np.float32, copy=False)


@cache
def _hann() -> NDArray[np.float32]:
    return np.hanning(_WINDOW + 1)[:-1].astype(np.float32)


@cache
def mel_filters(bands: int) -> NDArray[np.float32]:
    """Return the Slaney mel filters, shape [bands, 201], for 16 kHz and windows of 400 samples."""
    bins = np.fft.rfftfreq(_WINDOW, 1.0 / HEARING_RATE)
    edges = _mel_to_hertz(np.linspace(0.0, _hertz_to_mel(HEARING_RATE / 2), bands + 2))
    widths = np.diff(edges)
    slopes = edges[:, None] - bins[None, :]
    rising = -slopes[:-2] / widths[:-1, None]
    falling = slopes[2:] / widths[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


# Slaney's mel scale: linear below 1 kHz, logarithmic above.
_LINEAR_STEP: Final = 200.0 / 3.0
_KNEE_HERTZ: Final = 1000.0
_KNEE_MEL: Final = _KNEE_HERTZ / _LINEAR_STEP
_LOG_STEP: Final = float(np.log(6.4)) / 27.0


def _hertz_to_mel(hertz: float) -> float:
    if hertz < _KNEE_HERTZ:
        return hertz / _LINEAR_STEP
    return _KNEE_MEL + float(np.log(hertz / _KNEE_HERTZ)) / _LOG_STEP


def _mel_to_hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = mels * _LINEAR_STEP
    above = _KNEE_HERTZ * np.exp(_LOG_STEP * (mels - _KNEE_MEL))
    return np.where(mels < _KNEE_MEL, linear, above)
