"""Teaching the decoder to copy recordings, with the right share of noise."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.training.voice.decoder import Decoded, Decoder
from models.training.voice.losses import noise_share_loss, spectral_loss
from models.training.voice.material import Material, Pieces
from models.training.voice.recipe import HOP
from models.training.voice.stages import decayed

_BATCH, _FRAMES = 12, 40
_EDGE = 2
"""Frames at each end that lack a neighbour to overlap with."""
_RATE = 1.5e-3
NOISE_WEIGHT = 1.5


class DecoderStage:
    """Spectral losses at five resolutions, and the measured noise share, from the first step on."""

    name = "decoder"

    def __init__(self, decoder: Decoder, training: Material, validation: Material) -> None:
        self._decoder, self._training, self._validation = decoder, training, validation
        level, spread = training.levels()
        decoder.level.copy_(torch.from_numpy(level))
        decoder.spread.copy_(torch.from_numpy(spread))
        self._optimiser = torch.optim.AdamW(decoder.parameters(), _RATE, (0.8, 0.99), weight_decay=0.01)

    def states(self) -> Mapping[str, Any]:
        """Network and optimiser."""
        return {"decoder": self._decoder, "optimiser": self._optimiser}

    def step(self, random: np.random.Generator, progress: float) -> Mapping[str, float]:
        """Copy one batch of random pieces."""
        decayed(self._optimiser, _RATE, progress)
        pieces = self._training.draw(random, _BATCH, _FRAMES)
        sound, noise = copy_losses(self._decoder, pieces)
        self._optimiser.zero_grad()
        (sound + NOISE_WEIGHT * noise).backward()
        torch.nn.utils.clip_grad_norm_(self._decoder.parameters(), 5.0)
        self._optimiser.step()
        return {"sound": sound.item(), "noise": noise.item()}

    @torch.no_grad()
    def score(self) -> float | None:
        """Spectral loss of fixed validation pieces."""
        torch.manual_seed(0)
        pieces = self._validation.draw(np.random.default_rng(0), 64, _FRAMES)
        return float(copy_losses(self._decoder, pieces)[0])


def decode(decoder: Decoder, pieces: Pieces) -> Decoded:
    """Decode pieces with fresh noise and random first phases."""
    start = torch.rand(pieces.f0.shape[0], 1, dtype=torch.float64, device=pieces.f0.device)
    made: Decoded = decoder(pieces.mel, pieces.f0, pieces.voiced, torch.randn_like(pieces.samples), start)
    return made


def inner(samples: Tensor) -> Tensor:
    """Cut off the ends, where too few frames overlap."""
    return samples[:, _EDGE * HOP : -_EDGE * HOP]


def copy_losses(decoder: Decoder, pieces: Pieces) -> tuple[Tensor, Tensor]:
    """Spectral and noise-share loss of decoded pieces."""
    made = decode(decoder, pieces)
    return (
        spectral_loss(inner(made.samples), inner(pieces.samples)),
        noise_share_loss(made.noise_share, pieces.noise_share, pieces.voiced),
    )
