"""From mel spectrogram and pitch to sound: filtered pulses plus filtered noise."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.training.voice.excitation import pulses
from models.training.voice.layers import Channels, ConvNeXt
from models.training.voice.recipe import APERIODICITY_BANDS, BINS, BINS_PER_BAND, MELS
from models.training.voice.spectra import ConvolutionalSpectra, analyse, synthesise

_LOUDEST = 6.0


@dataclass(frozen=True, slots=True)
class Filters:
    """What the network says of each bin and frame, [batch, 513, frames]."""

    harmonic: Tensor
    """Log gain of the pulses."""
    phase: Tensor
    noise: Tensor
    """Log gain of the noise."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Sound [batch, samples], and the share of noise in its power per frame and band."""

    samples: Tensor
    noise_share: Tensor


class Decoder(nn.Module):
    """The network and the two ways to apply its filters."""

    noise_offset: Tensor
    level: Tensor
    spread: Tensor

    def __init__(self, width: int = 256, blocks: int = 5) -> None:
        super().__init__()
        self.first = nn.Conv1d(MELS + 2, width, 7, padding=3)
        self.blocks = nn.ModuleList(ConvNeXt(width) for _ in range(blocks))
        self.norm = Channels(width)
        self.last = nn.Conv1d(width, 3 * BINS, 1)
        with torch.no_grad():
            self.last.weight.mul_(0.1)
        self.register_buffer("level", torch.zeros(MELS))
        self.register_buffer("spread", torch.ones(MELS))
        self.register_buffer("noise_offset", torch.zeros(BINS))

    def filters(self, mel: Tensor, f0: Tensor, voiced: Tensor) -> Filters:
        """`mel` is the natural-log spectrogram [batch, 80, frames], `f0` in Hz and `voiced` are [batch, frames]."""
        pitch = (torch.log(f0) - 5.0) * 4.0 * voiced
        x = torch.cat([(mel - self.level[:, None]) / self.spread[:, None], pitch[:, None], voiced[:, None]], dim=1)
        x = self.first(x)
        for block in self.blocks:
            x = block(x)
        harmonic, phase, noise = self.last(self.norm(x)).chunk(3, dim=1)
        # Noise in voiced sound is corrected as measured afterwards; see calibration.
        noise = noise + self.noise_offset[:, None] * voiced[:, None]
        return Filters(torch.clamp(harmonic, max=_LOUDEST), phase, torch.clamp(noise, max=_LOUDEST))

    def forward(self, mel: Tensor, f0: Tensor, voiced: Tensor, noise: Tensor, start: Tensor | float = 0.0) -> Decoded:
        """Decode for training; `noise` is white, of unit power, [batch, frames * hop]."""
        filters = self.filters(mel, f0, voiced)
        harmonic = analyse(pulses(f0, voiced, start))
        white = analyse(noise)
        gain = torch.exp(filters.harmonic)
        shaped = torch.complex(gain * torch.cos(filters.phase), gain * torch.sin(filters.phase)) * harmonic
        hiss = torch.exp(filters.noise) * white
        power = _bands(shaped.real**2 + shaped.imag**2)
        hiss_power = _bands(hiss.real**2 + hiss.imag**2)
        return Decoded(synthesise(shaped + hiss), hiss_power / (power + hiss_power + 1e-9))

    def sound(self, mel: Tensor, f0: Tensor, voiced: Tensor, noise: Tensor, spectra: ConvolutionalSpectra) -> Tensor:
        """Decode with operations that an ONNX runtime has; equals `forward`."""
        filters = self.filters(mel, f0, voiced)
        real, imaginary = spectra.analyse(pulses(f0, voiced))
        white_real, white_imaginary = spectra.analyse(noise)
        gain, hiss = torch.exp(filters.harmonic), torch.exp(filters.noise)
        along, across = gain * torch.cos(filters.phase), gain * torch.sin(filters.phase)
        return spectra.synthesise(
            along * real - across * imaginary + hiss * white_real,
            along * imaginary + across * real + hiss * white_imaginary,
        )


def _bands(power: Tensor) -> Tensor:
    """Sum over bands of 8 bins [batch, 64, frames]; the last bin is left out."""
    whole = (APERIODICITY_BANDS - 1) * BINS_PER_BAND
    batch, _, frames = power.shape
    return power[:, :whole].reshape(batch, -1, BINS_PER_BAND, frames).sum(dim=2)
