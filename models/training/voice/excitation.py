"""The raw sound that the decoder shapes besides noise: pulses at the pitch."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from models.training.voice.recipe import HOP, SAMPLE_RATE

_HIGHEST = 0.48 * SAMPLE_RATE


def pulses(f0: Tensor, voiced: Tensor, start: Tensor | float = 0.0) -> Tensor:
    """Sum of all harmonics of the pitch, at unit power, silent where there is no voice.

    `f0` is [batch, frames] in Hz and continuous, `voiced` 0 or 1; `start` is the phase at the first sample in cycles,
    [batch, 1] or a number. Returns [batch, frames * hop]. The sum is taken in closed form (Dirichlet's kernel).
    """
    per_sample = _spread(f0, "linear")
    cycles = torch.cumsum(per_sample.double() / SAMPLE_RATE, dim=1) + start
    half = (math.pi * (cycles - torch.floor(cycles))).to(f0.dtype)
    harmonics = torch.floor(_HIGHEST / torch.clamp(per_sample, min=50.0))
    below = torch.sin(half)
    small = torch.abs(below) < 1e-4
    ratio = torch.sin((2 * harmonics + 1) * half) / torch.where(small, torch.ones_like(below), below)
    # At a whole number of cycles the quotient tends to 2K + 1 on both sides.
    kernel = torch.where(small, 2 * harmonics + 1, ratio)
    return (kernel - 1) * 0.5 * torch.sqrt(2 / harmonics) * _spread(voiced, "nearest")


def _spread(values: Tensor, mode: str) -> Tensor:
    """From one value per frame to one per sample."""
    return functional.interpolate(values[:, None], scale_factor=float(HOP), mode=mode)[:, 0]
