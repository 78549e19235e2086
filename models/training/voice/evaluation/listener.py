"""Whisper as a listener: what it understands, and how its encoder sees the sound."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training.voice.signals import Floats

_RATE = 16_000
_FRAMES_PER_SECOND = 50


class Listener:
    """A Whisper model in the CTranslate2 format."""

    def __init__(self, folder: Path) -> None:
        from faster_whisper import WhisperModel

        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)

    def text(self, samples: Floats, rate: int) -> str:
        """What it understands."""
        segments, _ = self._model.transcribe(
            resampled(samples, rate, _RATE),
            language="en",
            beam_size=5,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        return " ".join(segment.text.strip() for segment in segments)

    def frames(self, samples: Floats, rate: int) -> Floats:
        """Encoder outputs [frames, width] at 50 per second, of the sound alone without the padding."""
        sound = resampled(samples, rate, _RATE)
        features = self._model.feature_extractor(np.pad(sound, (0, 30 * _RATE - sound.size)), padding=0)
        encoded = np.array(self._model.encode(features[:, :3_000]))
        return np.asarray(
            encoded.reshape(-1, encoded.shape[-1])[: sound.size * _FRAMES_PER_SECOND // _RATE], np.float32
        )


def resampled(samples: Floats, rate: int, wanted: int) -> Floats:
    """Change the rate by cutting the spectrum."""
    if rate == wanted:
        return samples
    padded = np.pad(samples, (0, -samples.size % rate)) if samples.size < rate else samples
    size = round(padded.size * wanted / rate)
    spectrum = np.fft.rfft(padded)
    bins = size // 2 + 1
    spectrum = spectrum[:bins] if spectrum.size >= bins else np.pad(spectrum, (0, bins - spectrum.size))
    return (np.fft.irfft(spectrum, size) * (size / padded.size)).astype(np.float32)


def frechet_distance(one: Sequence[Floats], other: Sequence[Floats]) -> float:
    """Distance of two clouds of encoder frames, each taken as one Gaussian."""
    first, second = (np.concatenate(frames).astype(np.float64) for frames in (one, other))
    apart = first.mean(axis=0) - second.mean(axis=0)
    mine, theirs = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    root = _root(mine)
    common = np.sqrt(np.clip(np.linalg.eigvalsh(root @ theirs @ root), 0, None)).sum()
    return float(apart @ apart + np.trace(mine) + np.trace(theirs) - 2 * common)


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T)
