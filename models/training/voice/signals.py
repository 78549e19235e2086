"""Sound as arrays: reading, level, mel spectrogram."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training.voice.corpus import CorpusError
from models.training.voice.recipe import ACTIVE_LEVEL, BINS, FFT, HOP, MEL_FLOOR, MELS, SAMPLE_RATE

Floats = NDArray[np.float32]


def read_recording(path: Path) -> Floats:
    """Read a recording at the voice's rate, without rumble, at the level of the recipe, a whole number of hops long.

    Raises CorpusError when it is unreadable, of another rate, or not mono.
    """
    import soundfile

    try:
        samples, rate = soundfile.read(path, dtype="float32")
    except (OSError, RuntimeError) as error:
        raise CorpusError(f"{path}: cannot be read as sound ({error})") from error
    if rate != SAMPLE_RATE or samples.ndim != 1:
        raise CorpusError(f"{path}: {rate} Hz with {samples.ndim} channel axes; {SAMPLE_RATE} Hz mono is expected")
    samples = without_rumble(samples)
    level = active_level(samples)
    if level <= 0:
        raise CorpusError(f"{path}: it is silent")
    samples = samples[: samples.size // HOP * HOP] * np.float32(ACTIVE_LEVEL / level)
    return np.asarray(np.clip(samples, -0.999, 0.999), np.float32)


def without_rumble(samples: Floats, edge: float = 50.0) -> Floats:
    """Remove what lies below `edge` Hz, without shifting phases."""
    spectrum = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(samples.size, 1 / SAMPLE_RATE)
    rise = np.clip((frequency - 0.6 * edge) / (0.6 * edge), 0, 1)
    gain = 0.5 - 0.5 * np.cos(np.pi * rise)
    return np.fft.irfft(spectrum * gain, samples.size).astype(np.float32)


def active_level(samples: Floats) -> float:
    """Root mean square of the blocks within 40 dB of the loudest one."""
    blocks = samples[: samples.size // HOP * HOP].reshape(-1, HOP).astype(np.float64)
    power = np.mean(blocks**2, axis=1)
    if not power.size or power.max() <= 0:
        return 0.0
    return float(np.sqrt(np.mean(power[power > power.max() * 1e-4])))


def magnitudes(samples: Floats, hop: int = HOP) -> Floats:
    """Magnitude spectra [frames, bins]; frame i is centred on sample (i + 0.5) * hop."""
    side = (FFT - hop) // 2
    padded = np.pad(samples, (side, FFT - hop - side))
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT)[::hop]
    return np.abs(np.fft.rfft(frames * window(), axis=1)).astype(np.float32)


def log_mel(samples: Floats, hop: int = HOP) -> Floats:
    """Natural logarithm of the mel spectrogram [frames, 80], floored at 1e-4."""
    mel = magnitudes(samples, hop) @ mel_filters().T
    return np.asarray(np.log(np.maximum(mel, MEL_FLOOR)), np.float32)


@cache
def window() -> Floats:
    """The periodic Hann window of all spectra."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT) / FFT)).astype(np.float32)


@cache
def mel_filters() -> Floats:
    """Triangles of unit area on the mel scale [80, bins], from 0 Hz to half the rate."""
    top = 2595.0 * np.log10(1 + SAMPLE_RATE / 2 / 700.0)
    corners = 700.0 * (10 ** (np.linspace(0, top, MELS + 2) / 2595.0) - 1)
    frequency = np.linspace(0, SAMPLE_RATE / 2, BINS)
    left, centre, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    triangles = np.minimum((frequency - left) / (centre - left), (right - frequency) / (right - centre))
    return (np.maximum(triangles, 0) * 2 / (right - left) * 30).astype(np.float32)
