"""How a persona's voice speaks: its `layers.tts` as one style (seed: Text-to-Speech)."""

import math
from collections.abc import Mapping
from typing import Any

from engine.errors import InvalidInputError
from engine.layers.tts.emotions import Emotion, emotion_of
from engine.layers.tts.pronunciations import NO_PRONUNCIATIONS, Pronunciations
from engine.layers.tts.style import FARTHEST_PITCH, SpeakingStyle
from engine.store.resources import ResourceRepository

SLOWEST = 0.7
FASTEST = 1.2
"""Factors on the usual speed."""

SOFTEST = 0.5
LOUDEST = 2.0
"""Factors on the usual loudness."""

WORDS = {"slowest": -1.0, "slow": -0.5, "normal": 0.0, "fast": 0.5, "fastest": 1.0}
"""Places on the scale from -1 (slowest) to 1 (fastest)."""

FACTOR_ENGINE = "elevenlabs"
"""Speaks of a factor; the others, and a persona that names no engine, of the scale."""


def speed_factor(speed: object, tts_engine: str | None, field: str = "voice_settings.speed") -> float:
    """Return the factor on the voice's usual speed, from 0.7 to 1.2.

    `speed` is slow, normal or fast; or a factor from 0.7 to 1.2 for `elevenlabs`; or, for the other engines, a number from -1 to 1,
    above which it is a factor. Raises InvalidInputError naming `field`.
    """
    if isinstance(speed, str) and speed.strip().lower() in WORDS:
        return _from_scale(WORDS[speed.strip().lower()])
    lowest = SLOWEST if (tts_engine or "").strip().lower() == FACTOR_ENGINE else -1
    if isinstance(speed, int | float) and not isinstance(speed, bool) and lowest <= speed <= FASTEST:
        return _from_scale(speed) if lowest < 0 and speed <= 1 else float(speed)
    accepted = f"one of {', '.join(WORDS)}, or a number from {lowest} to {FASTEST}, is"
    raise InvalidInputError(field, speed, accepted)


def speaking_style(layers: Mapping[str, Any], pronunciations: Pronunciations = NO_PRONUNCIATIONS) -> SpeakingStyle:
    """Return how a persona with these `layers` speaks; the settings were checked when the persona was made.

    Emotions that no voice here can show, and all of them when `tts_emotion_control` is false, are left out.
    """
    tts: Mapping[str, Any] = layers.get("tts") or {}
    voice: Mapping[str, Any] = tts.get("voice_settings") or {}
    speed = voice.get("speed")
    factor = 1.0 if speed is None else speed_factor(speed, tts.get("tts_engine"))
    shown = (emotion_of(tag) for tag in emotion_tags(voice)) if emotion_control(layers) else ()
    return SpeakingStyle(
        speed=factor,
        pitch=_number(voice.get("pitch"), -FARTHEST_PITCH, FARTHEST_PITCH, natural=0.0),
        volume=20.0 * math.log10(_number(voice.get("volume"), SOFTEST, LOUDEST, natural=1.0)),
        emotions=tuple(emotion for emotion in shown if isinstance(emotion, Emotion)),
        pronunciations=pronunciations,
    )


async def persona_pronunciations(layers: Mapping[str, Any], dictionaries: ResourceRepository) -> Pronunciations:
    """Return the rules of the dictionary that a persona with these `layers` names; none without one, or when it is gone."""
    identifier = (layers.get("tts") or {}).get("pronunciation_dictionary_id")
    record = await dictionaries.get(str(identifier)) if identifier else None
    return NO_PRONUNCIATIONS if record is None else Pronunciations.compiled(record.fields.get("rules") or ())


def emotion_control(layers: Mapping[str, Any]) -> bool:
    """Tell whether emotions act on the voice: yes, unless `tts_emotion_control` is false."""
    return str((layers.get("tts") or {}).get("tts_emotion_control")).strip().lower() != "false"


def emotion_tags(voice_settings: Mapping[str, Any]) -> list[str]:
    """Return the tags of `voice_settings.emotion`, which is a list or a single one."""
    given = voice_settings.get("emotion") or []
    return [given] if isinstance(given, str) else [str(tag) for tag in given]


def _number(value: object, lowest: float, highest: float, *, natural: float) -> float:
    # A persona of an earlier version may hold anything here: nobody looked at these two.
    known = isinstance(value, int | float) and not isinstance(value, bool) and lowest <= value <= highest
    return float(value) if known and isinstance(value, int | float) else natural


def _from_scale(place: float) -> float:
    return 1 + place * (FASTEST - 1 if place > 0 else 1 - SLOWEST)
