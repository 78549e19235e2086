"""Loudness that is fixed for a voice, never normalised per clause."""

from typing import Final

import numpy as np

from engine.layers.audio import Samples

SPEECH_LEVEL: Final = 0.1
"""RMS of the parts with speech: -20 dBFS."""

_KNEE: Final = 0.8


def active_level(samples: Samples, sample_rate: int) -> float:
    """Return the RMS of the 20 ms frames that lie within 30 dB of the loudest one; 0 for silence."""
    size = max(1, sample_rate // 50)
    if samples.size < size:
        return 0.0
    frames = samples[: samples.size // size * size].reshape(-1, size).astype(np.float64)
    power = np.mean(frames * frames, axis=1)
    return float(np.sqrt(np.mean(power[power >= power.max() / 1000.0])))


def gain_towards(level: float) -> float:
    """Return the gain from an active level to `SPEECH_LEVEL`, within +-20 dB."""
    return float(np.clip(SPEECH_LEVEL / level, 0.1, 10.0)) if level > 0.0 else 1.0


def amplify(samples: Samples, gain: float) -> Samples:
    """Apply a gain; peaks above 0.8 are bent so that none passes 1."""
    loud = np.asarray(samples * np.float32(gain), np.float32)
    over = np.abs(loud) > _KNEE
    if over.any():
        peaks = loud[over]
        loud[over] = np.sign(peaks) * (_KNEE + (1.0 - _KNEE) * np.tanh((np.abs(peaks) - _KNEE) / (1.0 - _KNEE)))
    return loud
