"""Emotions by name, as far as a voice can show them: in pace, pitch, melody and volume."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LEVELS: Final = {"lowest": 0.4, "low": 0.7, "medium": 1.0, "high": 1.4, "highest": 1.8}
"""How strongly an emotion shows; without a level it is medium."""


@dataclass(frozen=True, slots=True)
class Emotion:
    """An emotion and how strong it is."""

    name: str
    """One of `EMOTIONS`."""
    strength: float = 1.0
    """Factor on its effect."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an emotion does to a voice at medium strength: in the direction that people go, and no further than sounds natural."""

    speed: float
    """Octaves: 0.1 is 7 % faster."""
    pitch: float
    """Semitones."""
    spread: float
    """Octaves on the range of the melody: 0.5 is 41 % wider."""
    volume: float
    """LU."""


# The first five are the kinds that `emotion:level` tags have; the others lean on them.
EMOTIONS: Final = {
    "neutral": Effect(0.0, 0.0, 0.0, 0.0),
    "anger": Effect(0.09, 0.5, 0.30, 2.5),
    "positivity": Effect(0.06, 1.0, 0.35, 0.5),
    "surprise": Effect(0.03, 1.6, 0.55, 1.0),
    "sadness": Effect(-0.15, -1.0, -0.45, -2.0),
    "curiosity": Effect(0.0, 0.7, 0.30, 0.0),
    "happiness": Effect(0.08, 1.2, 0.40, 1.0),
    "excitement": Effect(0.13, 1.5, 0.50, 2.0),
    "calm": Effect(-0.10, -0.5, -0.25, -1.0),
    "affection": Effect(-0.06, 0.4, 0.10, -1.0),
    "fear": Effect(0.10, 1.4, -0.15, -0.5),
    "disgust": Effect(-0.08, -0.6, 0.10, 0.0),
    "contempt": Effect(-0.06, -0.8, -0.10, 0.0),
    "boredom": Effect(-0.14, -0.6, -0.50, -1.0),
    "confidence": Effect(0.0, -0.4, 0.15, 1.0),
    "hesitation": Effect(-0.12, 0.3, -0.10, -1.5),
}
"""By name."""

_OTHER_NAMES: Final = {
    "anger": "angry mad outraged frustrated agitated threatened irritated",
    "positivity": "positive optimistic content grateful peaceful satisfied friendly hopeful",
    "surprise": "surprised amazed astonished",
    "sadness": "sad dejected melancholic disappointed hurt guilty rejected nostalgic wistful apologetic",
    "curiosity": "curious anticipation mysterious interested",
    "happiness": "happy joy joyful joking/comedic joking comedic flirtatious proud",
    "excitement": "excited enthusiastic elated euphoric triumphant",
    "calm": "serene relaxed tranquil contemplative",
    "affection": "affectionate sympathetic trust tender caring",
    "fear": "scared afraid anxious panicked alarmed",
    "disgust": "disgusted",
    "contempt": "contemptuous sarcastic ironic skeptical envious",
    "boredom": "bored tired resigned distant",
    "confidence": "confident determined assertive",
    "hesitation": "hesitant insecure confused",
}
_NAMES: Final = {name: name for name in EMOTIONS} | {
    other: name for name, others in _OTHER_NAMES.items() for other in others.split()
}
_MARK: Final = re.compile(
    r"<\s*emotion\b(?:\s+value\s*=\s*[\"']?\s*([^\"'<>/]{1,60})[\"']?)?[^<>]{0,40}>|</\s*emotion\s*>", re.IGNORECASE
)
_STRONGEST_SUM: Final = 2.0


def emotion_of(tag: str) -> Emotion | None:
    """Read `curiosity` or `positivity:high`, in any case; None for a name that nothing is known of, or an unknown level."""
    name, colon, level = (part.strip().lower() for part in tag.partition(":"))
    known, strength = _NAMES.get(name), LEVELS.get(level if colon else "medium")
    return None if known is None or strength is None else Emotion(known, strength)


def effect_of(emotions: Iterable[Emotion]) -> Effect:
    """Return what several emotions do together: their sum, no more than twice as much as any one at medium strength may do."""
    speed = pitch = spread = volume = 0.0
    for emotion in emotions:
        effect = EMOTIONS[emotion.name]
        speed += emotion.strength * effect.speed
        pitch += emotion.strength * effect.pitch
        spread += emotion.strength * effect.spread
        volume += emotion.strength * effect.volume
    return Effect(_bounded(speed, 0.15), _bounded(pitch, 1.6), _bounded(spread, 0.55), _bounded(volume, 2.5))


def without_marks(text: str) -> tuple[str, str | None]:
    """Take marks such as `<emotion value="excited"/>` out of `text`.

    Returns what is left to be said, and the name in the last mark, empty when that one ends an emotion; None without any mark.
    """
    found = None
    for mark in _MARK.finditer(text):
        found = (mark[1] or "").strip()
    if found is None:
        return text, None
    return " ".join(_MARK.sub(" ", text).split()), found


def _bounded(value: float, most: float) -> float:
    return min(max(value, -_STRONGEST_SUM * most), _STRONGEST_SUM * most)
