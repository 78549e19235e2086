"""Who is to be heard: the person of the recordings, or somebody else made from them by pitch and formants."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.training.voice.pitch import FRAME_MS, centred, in_bands
from models.training.voice.recipe import ACTIVE_LEVEL, F0_CEILING, F0_FLOOR, FFT, HOP, SAMPLE_RATE
from models.training.voice.signals import Floats, active_level


@dataclass(frozen=True, slots=True)
class Speaker:
    """Factors on the recorded person's pitch and formants; 1 and 1 is that person."""

    pitch: float = 1.0
    formants: float = 1.0

    @property
    def recorded(self) -> bool:
        """Whether this is the person of the recordings."""
        return self.pitch == 1.0 and self.formants == 1.0

    @property
    def f0_floor(self) -> float:
        """Lowest pitch in Hz that is looked for."""
        return F0_FLOOR * self.pitch

    @property
    def f0_ceiling(self) -> float:
        """Highest pitch in Hz."""
        return F0_CEILING * self.pitch


RECORDED: Final = Speaker()


@dataclass(frozen=True, slots=True)
class Disguised:
    """A recording as another speaker would have made it; frames lie where they lay."""

    samples: Floats
    f0: NDArray[np.float64]
    noise: Floats
    """Share of noise in the power [frames, 65]."""


def disguised(samples: Floats, f0: NDArray[np.float64], speaker: Speaker) -> Disguised:
    """Say a recording again with other pitch and formants (WORLD: envelope and aperiodicity are stretched alike).

    `f0` is the recording's pitch per frame in Hz, 0 where there is no voice.
    """
    import pyworld

    times = np.arange(f0.size) * FRAME_MS / 1_000
    sound, pitch = centred(samples), np.ascontiguousarray(f0)
    envelope = pyworld.cheaptrick(sound, pitch, times, SAMPLE_RATE, fft_size=FFT)
    aperiodicity = pyworld.d4c(sound, pitch, times, SAMPLE_RATE, fft_size=FFT)
    stretched = np.exp(_stretched(np.log(envelope + 1e-16), speaker.formants))
    rough = np.clip(_stretched(aperiodicity, speaker.formants), 0.001, 1.0)
    said = pyworld.synthesize(
        np.ascontiguousarray(f0 * speaker.pitch),
        np.ascontiguousarray(stretched),
        np.ascontiguousarray(rough),
        SAMPLE_RATE,
        FRAME_MS,
    )
    placed = np.concatenate([np.zeros(HOP // 2), said])[: samples.size]
    whole = np.pad(placed, (0, samples.size - placed.size)).astype(np.float32)
    level = active_level(whole)
    if level > 0:
        whole = np.asarray(np.clip(whole * np.float32(ACTIVE_LEVEL / level), -0.999, 0.999), np.float32)
    return Disguised(whole, f0 * speaker.pitch, in_bands(np.square(rough)))


def _stretched(spectra: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Move what lies at f to `factor` * f, in spectra [frames, bins]; the last bin fills what comes in from above."""
    places = np.minimum(np.arange(spectra.shape[1]) / factor, spectra.shape[1] - 1)
    lower = places.astype(np.int64)
    upper = np.minimum(lower + 1, spectra.shape[1] - 1)
    part = places - lower
    return np.asarray(spectra[:, lower] * (1 - part) + spectra[:, upper] * part, np.float64)
