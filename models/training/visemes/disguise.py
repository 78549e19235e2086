"""Making a few voices sound like many, in many rooms, over many lines."""

from typing import Final

import numpy as np

from engine.layers.replica.performance.sound_features import BANDS, SILENCE, Spectra

_FORMANTS: Final = 0.17  # a throat so much longer or shorter
_LOUDNESS: Final = 2.3  # nepers of power either way: 10 dB
_COLOUR: Final = 1.6


def disguised(spectra: Spectra, random: np.random.Generator) -> Spectra:
    """Return speech as somebody else might have said it elsewhere: formants, tone colour, echo, noise, bandwidth and loudness moved."""
    bands = np.arange(BANDS, dtype=np.float64)
    # A factor on frequency is, but for the lowest bands, a factor on the place among the mel bands.
    places = np.clip(bands * random.uniform(1.0 - _FORMANTS, 1.0 + _FORMANTS), 0.0, BANDS - 1.0)
    below = np.minimum(places.astype(np.int64), BANDS - 2)
    share = (places - below).astype(np.float32)
    power = np.exp(spectra[:, below] * (1.0 - share) + spectra[:, below + 1] * share)
    if random.random() < 0.35:
        power = _echoing(power, random)
    colour = _COLOUR * sum(
        random.normal(0.0, 1.0 / order) * np.cos(np.pi * order * bands / BANDS + random.uniform(0.0, np.pi))
        for order in (1, 2, 3)
    )
    power = power * np.exp(colour + random.uniform(-_LOUDNESS, _LOUDNESS))
    if random.random() < 0.2:
        power[:, int(random.integers(26, 34)) :] *= 1e-4
    if random.random() < 0.7:
        power = power + _noise(power, random)
    heard: Spectra = np.log(power + np.exp(SILENCE)).astype(np.float32)
    return heard


def _echoing(
    power: np.ndarray[tuple[int, int], np.dtype[np.float64]], random: np.random.Generator
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Let each moment ring on."""
    decay, level = random.uniform(0.6, 0.85), random.uniform(0.03, 0.2)
    tail = np.zeros(power.shape[1])
    ringing = np.empty_like(power)
    for place, moment in enumerate(power):
        ringing[place] = moment + level * tail
        tail = decay * tail + (1.0 - decay) * moment * 4.0
    return ringing


def _noise(
    power: np.ndarray[tuple[int, int], np.dtype[np.float64]], random: np.random.Generator
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Steady noise, 10 to 45 dB below the speech, dull or bright."""
    level = float(power.mean()) * 10.0 ** -random.uniform(1.0, 4.5)
    slope = np.exp(random.uniform(-0.1, 0.03) * np.arange(BANDS))
    return level * slope / slope.mean() * random.gamma(3.0, 1.0 / 3.0, power.shape)
