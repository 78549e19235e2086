"""Loudness and true peak by ITU-R BS.1770-4."""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

_BLOCK_SECONDS: Final = 0.4
_OVERLAP: Final = 4
"""Blocks begin a quarter of a block apart."""
_OFFSET: Final = -0.691
_ABSOLUTE_GATE: Final = -70.0
_RELATIVE_GATE: Final = -10.0
# The filters behind the coefficients that the recommendation gives for 48 kHz: centre in Hz, quality, gain in dB of the shelf.
_SHELF: Final = (1681.974450955533, 0.7071752369554196, 3.999843853973347)
_HIGH_PASS: Final = (38.13547087602444, 0.5003270373238773)
_TAIL_SECONDS: Final = 0.25
"""The high pass has died away by then."""
_OVERSAMPLING: Final = 4


def loudness(samples: NDArray[np.float32], sample_rate: int) -> float:
    """Return the gated (integrated) loudness in LUFS; -inf for silence.

    `samples` is [n], or [channels, n] of front channels, at any rate above 8 kHz. A sound shorter than the standard's block of 400 ms is
    taken as one block of its own length.
    """
    channels = np.atleast_2d(samples)
    if channels.shape[1] < 2:
        return -np.inf
    block = min(channels.shape[1], round(_BLOCK_SECONDS * sample_rate))
    power = np.sum(np.cumsum(_weighted(channels, sample_rate) ** 2, axis=1), axis=0)
    power = np.concatenate(([0.0], power))
    starts = np.arange(0, channels.shape[1] - block + 1, max(1, block // _OVERLAP))
    blocks = (power[starts + block] - power[starts]) / block
    heard = blocks[_in_lufs(blocks) > _ABSOLUTE_GATE]
    if not heard.size:
        return -np.inf
    gate = _in_lufs(heard.mean()) + _RELATIVE_GATE
    return float(_in_lufs(heard[_in_lufs(heard) > gate].mean()))


def true_peak(samples: NDArray[np.float32]) -> float:
    """Return the highest level between and at the samples [n], as a linear value, found at four times the rate."""
    return float(np.max(np.abs(oversampled(samples)), initial=0.0))


def oversampled(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return samples [n] at four times their rate, [4 * n]."""
    # Room at both ends keeps one end of the sound from ringing into the other.
    room = 64
    size = fast_length(samples.size + 2 * room)
    padded = np.zeros(size, np.float32)
    padded[room : room + samples.size] = samples
    spectrum = np.fft.rfft(padded)
    spectrum[-1] *= 0.5  # the highest bin stands for a positive and a negative frequency
    fine = np.fft.irfft(spectrum, size * _OVERSAMPLING) * _OVERSAMPLING
    return fine[room * _OVERSAMPLING : (room + samples.size) * _OVERSAMPLING].astype(np.float32)


def fast_length(least: int) -> int:
    """Return an even length of at least `least` that a Fourier transform likes: 2, 3, 4, 5 or 6 times a power of two."""
    power = 1 << max(1, (max(least, 1) - 1).bit_length() - 3)
    return next(power * factor for factor in (4, 5, 6, 8) if power * factor >= least)


def _weighted(channels: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    count = channels.shape[1]
    size = fast_length(count + int(_TAIL_SECONDS * sample_rate))
    spectrum = np.fft.rfft(channels, size, axis=1)
    return np.asarray(np.fft.irfft(spectrum * _response(size, sample_rate), size, axis=1)[:, :count], np.float64)


@lru_cache(maxsize=16)
def _response(size: int, sample_rate: int) -> NDArray[np.complex128]:
    delay = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    return _shelf(delay, sample_rate) * _high_pass(delay, sample_rate)


def _shelf(delay: NDArray[np.complex128], sample_rate: int) -> NDArray[np.complex128]:
    centre, quality, gain = _SHELF
    k = np.tan(np.pi * centre / sample_rate)
    high = 10.0 ** (gain / 20.0)
    band = high**0.4996667741545416
    top = (high + band * k / quality + k * k, 2.0 * (k * k - high), high - band * k / quality + k * k)
    return _biquad(delay, top, k, quality)


def _high_pass(delay: NDArray[np.complex128], sample_rate: int) -> NDArray[np.complex128]:
    centre, quality = _HIGH_PASS
    k = np.tan(np.pi * centre / sample_rate)
    norm = 1.0 + k / quality + k * k
    return _biquad(delay, (norm, -2.0 * norm, norm), k, quality)


def _biquad(
    delay: NDArray[np.complex128], top: tuple[float, float, float], k: float, quality: float
) -> NDArray[np.complex128]:
    bottom = (1.0 + k / quality + k * k, 2.0 * (k * k - 1.0), 1.0 - k / quality + k * k)
    squared = delay * delay
    return np.asarray(
        (top[0] + top[1] * delay + top[2] * squared) / (bottom[0] + bottom[1] * delay + bottom[2] * squared)
    )


def _in_lufs(power: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    return np.asarray(_OFFSET + 10.0 * np.log10(np.maximum(power, 1e-15)))
