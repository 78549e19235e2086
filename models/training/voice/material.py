"""The recordings as tensors, and random pieces of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.voice.features import Recording
from models.training.voice.pitch import interpolated_log
from models.training.voice.recipe import HOP, MEL_FLOOR
from models.training.voice.signals import Floats


@dataclass(frozen=True, slots=True)
class Pieces:
    """A batch of equally long stretches: mel [batch, 80, frames], the others [batch, ...]."""

    mel: Tensor
    f0: Tensor
    voiced: Tensor
    noise_share: Tensor
    """[batch, 64, frames]."""
    samples: Tensor


class Material:
    """Sentences laid end to end."""

    def __init__(self, recordings: Sequence[Recording], device: torch.device) -> None:
        self._device = device
        self._starts = np.cumsum([0, *(recording.frames for recording in recordings)])
        self._mel = np.concatenate([recording.mel for recording in recordings])
        self._log_f0 = np.concatenate([interpolated_log(r.f0.astype(np.float64)) for r in recordings])
        self._voiced = np.concatenate([recording.f0 > 0 for recording in recordings]).astype(np.float32)
        self._noise = np.concatenate([recording.noise[:, :-1] for recording in recordings])
        self._samples = np.concatenate([recording.samples for recording in recordings])

    def levels(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation of each mel band."""
        return self._mel.mean(axis=0), self._mel.std(axis=0)

    def draw(
        self, random: np.random.Generator, count: int, frames: int, mel: NDArray[np.float32] | None = None
    ) -> Pieces:
        """Cut `count` random pieces of `frames` frames, each at a random gain; `mel` replaces the measured one."""
        lengths = np.maximum(np.diff(self._starts) - frames, 0)
        chosen = random.choice(lengths.size, count, p=lengths / lengths.sum())
        firsts = self._starts[chosen] + (random.random(count) * lengths[chosen]).astype(np.int64)
        rows = firsts[:, None] + np.arange(frames)
        gain = np.exp(random.uniform(-0.6, 0.3, count)).astype(np.float32)
        source = self._mel if mel is None else mel
        spectra = np.maximum(source[rows] + np.log(gain)[:, None, None], np.float32(np.log(MEL_FLOOR)))
        samples = self._samples[firsts[:, None] * HOP + np.arange(frames * HOP)] * gain[:, None]
        return Pieces(
            self._on(spectra).transpose(1, 2).contiguous(),
            self._on(np.exp(self._log_f0[rows])),
            self._on(self._voiced[rows]),
            self._on(self._noise[rows]).transpose(1, 2),
            self._on(samples),
        )

    def _on(self, values: NDArray[np.generic]) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values, np.float32)).to(self._device)
