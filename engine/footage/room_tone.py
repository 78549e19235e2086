"""What a quiet room sounds like when nobody speaks."""

from typing import Final

import numpy as np

from engine.layers.audio import MEDIA_RATE, Samples

QUIET: Final = -66.0
"""dBFS (root mean square) of a quiet room and a good microphone."""
DESK: Final = -54.0
"""dBFS with a computer on the desk and its own microphone."""
_LOWEST: Final = 60.0  # Hz


def room_tone(length: int, level: float, seed: int) -> Samples:
    """Return noise (48 kHz) that gets softer with its frequency, `level` dBFS loud."""
    # A power of two is quick whatever the length.
    size = 1 << max(12, (length - 1).bit_length())
    random = np.random.default_rng([seed, 0x700])
    hertz = np.fft.rfftfreq(size, 1.0 / MEDIA_RATE)
    spectrum = np.fft.rfft(random.standard_normal(size)) / np.sqrt(np.maximum(hertz, _LOWEST))
    spectrum[hertz < _LOWEST] = 0.0
    noise = np.fft.irfft(spectrum, size)[:length]
    return np.asarray(noise * (10.0 ** (level / 20.0) / max(1e-12, float(noise.std()))), np.float32)
