"""What can be measured of sound without a listener: noise in voiced sound, pitch, clicks."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from models.training.voice.pitch import fundamental, noise_share
from models.training.voice.recipe import APERIODICITY_BANDS, SAMPLE_RATE
from models.training.voice.signals import Floats
from models.training.voice.speaker import RECORDED, Speaker

BANDS_HZ: Final = ((500, 2_000), (2_000, 4_000), (4_000, 6_000), (6_000, 9_000))


@dataclass(frozen=True, slots=True)
class Voicing:
    """Pitch and noise of a collection of sounds of one voice."""

    noise_share: dict[str, float]
    """By band in Hz: the mean share of noise in the power of voiced frames."""
    pitch_hz: dict[str, float]
    """The 5th, 50th and 95th percentile."""
    pitch_spread_hz: float
    """Between the 5th and the 95th."""
    pitch_deviation: float
    """Standard deviation of the log pitch."""

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def voicing(sounds: Sequence[Floats], speaker: Speaker = RECORDED) -> Voicing:
    """Measure sounds at the voice's rate."""
    shares, pitches = [], []
    for samples in sounds:
        f0 = fundamental(samples, speaker.f0_floor, speaker.f0_ceiling)
        voiced = f0 > 0
        shares.append(noise_share(samples, f0)[voiced])
        pitches.append(f0[voiced])
    share, pitch = np.concatenate(shares), np.concatenate(pitches)
    frequency = np.linspace(0, SAMPLE_RATE / 2, APERIODICITY_BANDS)
    bands = {
        f"{low}-{high}": round(float(share[:, (frequency >= low) & (frequency < high)].mean()), 4)
        for low, high in BANDS_HZ
    }
    low, middle, high = np.percentile(pitch, [5, 50, 95])
    return Voicing(
        bands,
        {"5": round(float(low), 1), "50": round(float(middle), 1), "95": round(float(high), 1)},
        round(float(high - low), 1),
        round(float(np.log(pitch).std()), 4),
    )


def rise_in_semitones(samples: Floats, speaker: Speaker = RECORDED) -> float:
    """How far the last 60 ms of voice lie above the median pitch of the sentence."""
    f0 = fundamental(samples, speaker.f0_floor, speaker.f0_ceiling)
    pitch = f0[f0 > 0]
    if pitch.size < 10:
        return 0.0
    return float(12 * np.log2(np.median(pitch[-5:]) / np.median(pitch)))


def sharpest_step(samples: Floats) -> float:
    """The largest second difference relative to the level: what a click would raise."""
    level = float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))) + 1e-9
    return float(np.abs(np.diff(samples.astype(np.float64), 2)).max() / level)
