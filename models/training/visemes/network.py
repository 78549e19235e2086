"""The network: dense convolutions that see half a second back and an eighth of a second ahead."""

from typing import Final

import torch
from torch import Tensor, nn

from engine.layers.replica.performance.hearing import FEATURES
from engine.layers.replica.performance.sound_features import BANDS

WIDTH: Final = 72
_KERNEL: Final = 5
_DILATIONS: Final = (1, 2, 4)


class MouthNetwork(nn.Module):
    """From spectra [batch, n, BANDS] to mouths [batch, (n - SPECTRA) // 2 + 1, FEATURES], each number 0..1."""

    def __init__(self, mean: Tensor, spread: Tensor) -> None:
        """`mean` and `spread` of each band over the lessons."""
        super().__init__()
        self.mean = nn.Buffer(mean)
        self.spread = nn.Buffer(spread)
        self.listens = nn.Conv1d(BANDS, WIDTH, _KERNEL, stride=2)
        self.thinks = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, _KERNEL, dilation=dilation) for dilation in _DILATIONS)
        self.tells = nn.Conv1d(WIDTH, FEATURES, 1)

    def forward(self, spectra: Tensor) -> Tensor:
        """Return the mouths."""
        x = nn.functional.gelu(self.listens(((spectra - self.mean) / self.spread).transpose(1, 2)))
        for layer in self.thinks:
            passed = x[:, :, 3 * layer.dilation[0] : x.shape[2] - layer.dilation[0]]
            x = passed + nn.functional.gelu(layer(x))
        mouths: Tensor = torch.sigmoid(self.tells(x)).transpose(1, 2)
        return mouths
