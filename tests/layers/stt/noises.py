"""Sounds of a room in which nobody speaks, made from nothing: 16 kHz, at a given level."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.audio import HEARING_RATE, Samples


def white(length: int, draw: np.random.Generator) -> Samples:
    return draw.normal(0.0, 1.0, length).astype(np.float32)


def air(length: int, draw: np.random.Generator) -> Samples:
    """A fan: noise whose power falls with the frequency."""
    return _shaped(white(length, draw), lambda hertz: 1.0 / np.sqrt(np.maximum(hertz, 40.0)))


def rumble(length: int, draw: np.random.Generator) -> Samples:
    return _shaped(white(length, draw), lambda hertz: 1.0 / np.maximum(hertz, 30.0) ** 1.5)


def hum(length: int, draw: np.random.Generator) -> Samples:
    """The mains, with their harmonics."""
    time = np.arange(length) / HEARING_RATE
    tones = [np.sin(2 * np.pi * 50 * harmonic * time + draw.uniform(0, 6)) / harmonic for harmonic in (1, 2, 3, 5, 7)]
    return np.asarray(sum(tones), dtype=np.float32)


def keyboard(length: int, draw: np.random.Generator) -> Samples:
    """About eight clicks a second."""
    return _bursts(length, draw, each=0.12, ring=0.008, low=1_500, high=7_000)


def knocks(length: int, draw: np.random.Generator) -> Samples:
    return _bursts(length, draw, each=0.35, ring=0.04, low=60, high=500)


def breath(length: int, draw: np.random.Generator) -> Samples:
    """In and out, every second and a half."""
    sound = _shaped(white(length, draw), lambda hertz: np.exp(-(((np.log2(np.maximum(hertz, 1)) - 9.5) / 1.2) ** 2)))
    swell = np.sin(np.pi * np.arange(length) / (0.75 * HEARING_RATE) + draw.uniform(0, 3)) ** 2
    return np.asarray(sound * swell, dtype=np.float32)


def lip_smacks(length: int, draw: np.random.Generator) -> Samples:
    return _bursts(length, draw, each=0.6, ring=0.015, low=700, high=4_000)


def beeps(length: int, draw: np.random.Generator) -> Samples:
    """An appliance that has finished."""
    time = np.arange(length) / HEARING_RATE
    on = (time % 0.5) < 0.2
    return (np.sin(2 * np.pi * draw.uniform(700, 2_500) * time) * on).astype(np.float32)


NOISES: Final[dict[str, Callable[[int, np.random.Generator], Samples]]] = {
    made.__name__: made for made in (white, air, rumble, hum, keyboard, knocks, breath, lip_smacks, beeps)
}


def noise_of(name: str, seconds: float, level: float, seed: int = 0) -> Samples:
    """Return a noise of a root mean square of `level`, clipped as a microphone clips."""
    made = NOISES[name](round(seconds * HEARING_RATE), np.random.default_rng(seed))
    power = float(np.sqrt(np.mean(made.astype(np.float64) ** 2)))
    return np.asarray(np.clip(made * (level / max(power, 1e-9)), -1.0, 1.0), dtype=np.float32)


def in_a_room(sound: Samples, seed: int = 0) -> Samples:
    """Return the sound as a call hears it: quiet noise under it, 0.38 s before and 0.2 s after it."""
    lead, tail = np.zeros(round(0.38 * HEARING_RATE)), np.zeros(round(0.2 * HEARING_RATE))
    whole = np.concatenate([lead, sound, tail])
    bed = np.random.default_rng(seed).normal(0.0, 6e-4, whole.size)
    return np.asarray(whole + bed, dtype=np.float32)


def _shaped(sound: Samples, gain: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Samples:
    spectrum = np.fft.rfft(sound)
    hertz = np.asarray(np.fft.rfftfreq(sound.size, 1.0 / HEARING_RATE), dtype=np.float64)
    return np.asarray(np.fft.irfft(spectrum * gain(hertz), sound.size), dtype=np.float32)


def _bursts(length: int, draw: np.random.Generator, *, each: float, ring: float, low: float, high: float) -> Samples:
    """Return short bursts of noise between two frequencies, about `each` seconds apart, that ring for `ring` seconds."""
    sound = np.zeros(length, dtype=np.float32)
    at = draw.uniform(0.0, 0.1)
    while at * HEARING_RATE < length:
        begin = int(at * HEARING_RATE)
        size = min(round(6 * ring * HEARING_RATE), length - begin)
        decay = np.exp(-np.arange(size) / (ring * HEARING_RATE))
        sound[begin : begin + size] += (white(size, draw) * decay * draw.uniform(0.4, 1.0)).astype(np.float32)
        at += draw.exponential(each / 2) + each / 2
    return _shaped(sound, lambda hertz: ((hertz > low) & (hertz < high)).astype(float))
