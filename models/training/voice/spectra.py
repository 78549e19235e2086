"""Short-time spectra in torch: fast ones for training, convolutions for the exported file."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.voice.recipe import BINS, FFT, HOP
from models.training.voice.signals import window

_SIDE = (FFT - HOP) // 2
_OVERLAP = 1.5
"""The sum of the squared, shifted Hann windows."""


def analyse(samples: Tensor) -> Tensor:
    """Complex spectra [batch, bins, frames] of [batch, samples]; frame i is centred on (i + 0.5) hops."""
    padded = functional.pad(samples, (_SIDE, FFT - HOP - _SIDE))
    return torch.stft(padded, FFT, HOP, window=_window(samples), center=False, return_complex=True)


def synthesise(spectra: Tensor) -> Tensor:
    """Samples [batch, frames * hop] of complex spectra, the inverse of `analyse` away from the ends."""
    frames = torch.fft.irfft(spectra, FFT, dim=1) * _window(spectra.real)[:, None]
    count = spectra.shape[2]
    length = (count - 1) * HOP + FFT
    summed = functional.fold(frames, (1, length), (1, FFT), stride=(1, HOP))[:, 0, 0]
    return summed[:, _SIDE : _SIDE + count * HOP] / _OVERLAP


def magnitude(samples: Tensor, size: int, hop: int) -> Tensor:
    """Magnitude spectra [batch, bins, frames], bounded away from zero for the gradient's sake."""
    shape = torch.hann_window(size, device=samples.device)
    complex_ = torch.stft(samples, size, hop, window=shape, return_complex=True, center=False)
    return torch.sqrt(complex_.real**2 + complex_.imag**2 + 1e-9)


def _window(like: Tensor) -> Tensor:
    return torch.hann_window(FFT, device=like.device, dtype=like.dtype)


class ConvolutionalSpectra(nn.Module):
    """The same two transforms as convolutions, which every ONNX runtime has.

    The bases are computed from one cosine: the runtime does it once when it loads the file, which is 8 MB smaller so.
    """

    cosine: Tensor
    shape: Tensor
    bins: Tensor
    places: Tensor
    weight: Tensor

    def __init__(self) -> None:
        super().__init__()
        turn = 2 * np.pi * np.arange(FFT) / FFT
        weight = torch.full((BINS, 1), 2.0 / FFT / _OVERLAP)
        weight[0] = weight[-1] = 1.0 / FFT / _OVERLAP
        self.register_buffer("cosine", torch.tensor(np.cos(turn), dtype=torch.float32))
        self.register_buffer("shape", torch.tensor(window()))
        self.register_buffer("bins", torch.arange(BINS)[:, None])
        self.register_buffer("places", torch.arange(FFT)[None])
        self.register_buffer("weight", weight)

    def analyse(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        """Real and imaginary parts [batch, bins, frames]."""
        cosine, negative_sine = self._bases()
        basis = (torch.cat([cosine, negative_sine]) * self.shape)[:, None]
        padded = functional.pad(samples[:, None], (_SIDE, FFT - HOP - _SIDE))
        both = functional.conv1d(padded, basis, stride=HOP)
        return both[:, :BINS], both[:, BINS:]

    def synthesise(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """Samples [batch, frames * hop]."""
        cosine, negative_sine = self._bases()
        basis = (torch.cat([cosine * self.weight, negative_sine * self.weight]) * self.shape)[:, None]
        both = torch.cat([real, imaginary], dim=1)
        summed = functional.conv_transpose1d(both, basis, stride=HOP)[:, 0]
        return summed[:, _SIDE : -(FFT - HOP - _SIDE)]

    def _bases(self) -> tuple[Tensor, Tensor]:
        turn = (self.bins * self.places) % FFT
        return self.cosine[turn], self.cosine[(turn + FFT // 4) % FFT]
