"""What sound is compared by."""

import torch
from torch import Tensor
from torch.nn import functional

from models.training.voice.spectra import magnitude

RESOLUTIONS = (2_048, 1_024, 512, 256, 128)


def spectral_loss(made: Tensor, real: Tensor) -> Tensor:
    """Mean distance of log magnitudes plus 0.7 x spectral convergence, over five resolutions."""
    total = torch.zeros((), device=made.device)
    for size in RESOLUTIONS:
        mine, true = magnitude(made, size, size // 4), magnitude(real, size, size // 4)
        floor = 1e-4 * size**0.5
        distance = functional.l1_loss(torch.log(mine + floor), torch.log(true + floor))
        convergence = torch.linalg.vector_norm(true - mine) / torch.linalg.vector_norm(true)
        total = total + distance + 0.7 * convergence
    return total / len(RESOLUTIONS)


def noise_share_loss(made: Tensor, measured: Tensor, voiced: Tensor) -> Tensor:
    """Mean distance of the noise shares [batch, 64, frames] on voiced frames [batch, frames]."""
    return (torch.abs(made - measured) * voiced[:, None]).sum() / (voiced.sum() * made.shape[1] + 1e-6)
