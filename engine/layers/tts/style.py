"""How a voice is asked to speak, and what that comes to in numbers."""

from dataclasses import dataclass
from typing import Final

from engine.layers.tts.emotions import Emotion, effect_of
from engine.layers.tts.pronunciations import NO_PRONUNCIATIONS, Pronunciations

SLOWEST: Final = 0.5
FASTEST: Final = 2.0
"""Factors on the natural pace."""
FARTHEST_PITCH: Final = 6.0
"""Semitones up or down, beyond which no voice sounds natural."""
QUIETEST: Final = -20.0
LOUDEST: Final = 6.0
"""LU; the peaks of a louder voice would have to be pressed down."""
MOST_SPREAD: Final = 2.0
"""Factor on the range of the melody; its inverse is the least."""


@dataclass(frozen=True, slots=True)
class SpeakingStyle:
    """How a clause is to be spoken. Numbers out of range count as the nearest one in range."""

    speed: float = 1.0
    """Factor on the natural pace, 0.5..2."""
    pitch: float = 0.0
    """Semitones above the voice's own pitch, -6..6."""
    volume: float = 0.0
    """LU above the fixed loudness of the voice, -20..6."""
    emotions: tuple[Emotion, ...] = ()
    pronunciations: Pronunciations = NO_PRONUNCIATIONS
    """Words that are to be said otherwise than the voice would say them."""


NATURAL: Final = SpeakingStyle()
"""As the voice speaks by itself."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A style with its emotions worked in, every number in range."""

    speed: float
    """Factor on the natural pace."""
    pitch: float
    """Semitones."""
    spread: float
    """Factor on the range of the melody."""
    volume: float
    """LU."""


def delivery(style: SpeakingStyle) -> Delivery:
    """Return what a voice has to do for `style`."""
    effect = effect_of(style.emotions)
    return Delivery(
        speed=_between(SLOWEST, style.speed * 2.0**effect.speed, FASTEST),
        pitch=_between(-FARTHEST_PITCH, style.pitch + effect.pitch, FARTHEST_PITCH),
        spread=_between(1.0 / MOST_SPREAD, 2.0**effect.spread, MOST_SPREAD),
        volume=_between(QUIETEST, style.volume + effect.volume, LOUDEST),
    )


def _between(lowest: float, value: float, highest: float) -> float:
    return min(max(value, lowest), highest)
