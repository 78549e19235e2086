"""What a face shows of the emotions of a voice."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from engine.layers.tts.emotions import Emotion

_SHOWN: Final = {
    "anger": ("anger", 0.8),
    "positivity": ("happiness", 0.5),
    "surprise": ("surprise", 0.8),
    "sadness": ("sadness", 0.8),
    "curiosity": ("surprise", 0.3),
    "happiness": ("happiness", 0.9),
    "excitement": ("happiness", 1.0),
    "affection": ("happiness", 0.6),
    "fear": ("fear", 0.8),
    "disgust": ("disgust", 0.8),
    "contempt": ("contempt", 0.8),
    "boredom": ("sadness", 0.25),
    "hesitation": ("fear", 0.2),
}
"""Emotion of a voice -> emotion of a face (one of `performance.feelings.EMOTIONS`), and how strongly. Others show nothing."""
_STRONGEST: Final = 1.5
NO_MIEN: Final = ("neutral", 1.0)


@dataclass(slots=True)
class RestingMien:
    """What the face of a call shows while the voice feels nothing."""

    mien: tuple[str, float] = NO_MIEN
    """One of `performance.feelings.EMOTIONS`, and its strength (0..2)."""


def mien_of(emotions: Iterable[Emotion]) -> tuple[str, float]:
    """Return the emotion that a face shows while a voice has these, and its strength: a face shows one, the strongest."""
    shown = [
        (name, min(_STRONGEST, strength * emotion.strength))
        for emotion in emotions
        if emotion.name in _SHOWN
        for name, strength in [_SHOWN[emotion.name]]
    ]
    return max(shown, key=lambda mien: mien[1], default=NO_MIEN)
