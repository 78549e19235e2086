"""Which syllables of a clause stand out, told by their length: spans carry no stress marks."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.layers.audio import MEDIA_RATE
from engine.layers.replica.performance.articulation import is_reduced, is_vowel
from engine.layers.replica.protocol import FaceSpeech

_PAUSE: Final = 0.09  # seconds of silence that end a phrase
_FINAL_LENGTHENING: Final = 1.35
_LONG: Final = 1.4  # how much longer diphthongs and long vowels are by nature
_APART: Final = 0.45  # seconds between accents
_CLEAR: Final = 0.25
"""Strength from which a syllable counts as an accent."""


@dataclass(frozen=True, slots=True)
class Accent:
    """A syllable that stands out."""

    position: int
    """Media sample of its middle."""
    strength: float
    """0..1."""


@dataclass(frozen=True, slots=True)
class Prominence:
    """What of a clause is emphasised."""

    openings: tuple[float, ...]
    """One per span: factor on the opening of the mouth."""
    accents: tuple[Accent, ...]
    """In order of time, so far apart that a head can follow."""
    ends: tuple[int, ...]
    """Media samples at which phrases end."""


@dataclass(frozen=True, slots=True)
class _Nucleus:
    first: int
    last: int
    seconds: float
    """As it would be in the middle of a phrase, for an ordinary vowel."""
    reduced: bool


def prominence(speech: FaceSpeech) -> Prominence:
    """Find accents and phrase ends of a clause."""
    spans = speech.phonemes
    nuclei = _nuclei(speech)
    usual = statistics.median([nucleus.seconds for nucleus in nuclei]) if nuclei else 1.0
    openings = [1.0] * len(spans)
    accents: list[Accent] = []
    for nucleus in nuclei:
        strength = 0.0 if nucleus.reduced else min(1.0, max(0.0, (nucleus.seconds / max(usual, 1e-3) - 0.9) / 0.7))
        for place in range(nucleus.first, nucleus.last + 1):
            openings[place] = 0.85 if nucleus.reduced else 0.94 + 0.18 * strength
        if strength >= _CLEAR:
            first, last = spans[nucleus.first], spans[nucleus.last]
            middle = (first.start + last.start + last.length) / 2
            accents.append(Accent(speech.start + round(middle * MEDIA_RATE / speech.sample_rate), strength))
    return Prominence(tuple(openings), _thinned(accents), _ends(speech))


def _nuclei(speech: FaceSpeech) -> list[_Nucleus]:
    """Vowels, those that follow each other (a diphthong in two spans) taken together."""
    spans = speech.phonemes
    nuclei: list[_Nucleus] = []
    place = 0
    while place < len(spans):
        first = place
        while place < len(spans) and is_vowel(spans[place].phoneme):
            place += 1
        if place > first:
            last = place - 1
            seconds = sum(span.length for span in spans[first:place]) / speech.sample_rate
            long = last > first or "ː" in spans[first].phoneme or len(spans[first].phoneme) > 1
            final = any(not span.phoneme for span in spans[place : place + 2])
            seconds /= (_LONG if long else 1.0) * (_FINAL_LENGTHENING if final else 1.0)
            nuclei.append(_Nucleus(first, last, seconds, last == first and is_reduced(spans[first].phoneme)))
        else:
            place += 1
    return nuclei


def _thinned(accents: Sequence[Accent]) -> tuple[Accent, ...]:
    """Keep the strongest, none closer to a stronger one than a head can follow."""
    kept: list[Accent] = []
    for accent in sorted(accents, key=lambda accent: -accent.strength):
        if all(abs(accent.position - other.position) >= _APART * MEDIA_RATE for other in kept):
            kept.append(accent)
    return tuple(sorted(kept, key=lambda accent: accent.position))


def _ends(speech: FaceSpeech) -> tuple[int, ...]:
    scale = MEDIA_RATE / speech.sample_rate
    spoken = False
    ends: list[int] = []
    for place, span in enumerate(speech.phonemes):
        last = place == len(speech.phonemes) - 1
        if span.phoneme:
            spoken = True
            if last:
                ends.append(speech.start + round((span.start + span.length) * scale))
        elif spoken and (last or span.length >= _PAUSE * speech.sample_rate):
            ends.append(speech.start + round(span.start * scale))
            spoken = False
    return tuple(ends)
