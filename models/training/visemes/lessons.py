"""Speech with the mouths that belong to it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from engine.layers.audio import HEARING_RATE, MEDIA_RATE, Samples
from engine.layers.replica.performance.coarticulation import SpeakingMouth, sounds_of
from engine.layers.replica.performance.hearing import STEP, Mouths, features_of
from engine.layers.replica.performance.sound_features import WINDOW, Spectra, log_mel
from engine.layers.replica.protocol import FaceSpeech
from engine.layers.resampling import resample
from engine.layers.tts.protocol import SpokenClause, Voice
from engine.layers.tts.spans import PhonemeSpan
from engine.layers.tts.style import SpeakingStyle

_SILENCE: Final = 0.7  # seconds before and after each clause


@dataclass(frozen=True, slots=True)
class Lesson:
    """One clause."""

    spectra: Spectra
    """One per 10 ms."""
    mouths: Mouths
    """One per 20 ms; the first belongs to the first of the spectra."""


def lesson_of(clause: SpokenClause, *, stretch: float = 1.0) -> Lesson:
    """Put silence round a clause, and say what mouths go with it; stretched by a factor it is also lower."""
    rate = round(clause.sample_rate / stretch)
    # Half a window in front centres each spectrum on its moment.
    centring = np.zeros(WINDOW // 2, np.float32)
    spectra = log_mel(np.concatenate([centring, padded(clause.samples, rate)]))
    return Lesson(spectra, mouths_of(clause.phonemes, rate, (len(spectra) + 1) // 2))


def padded(samples: Samples, sample_rate: int) -> Samples:
    """Return sound at 16 kHz with silence round it."""
    quiet = np.zeros(round(_SILENCE * HEARING_RATE), np.float32)
    return np.concatenate([quiet, resample(samples, sample_rate, HEARING_RATE), quiet])


def mouths_of(phonemes: Sequence[PhonemeSpan], sample_rate: int, count: int) -> Mouths:
    """Return the mouths, from the silence before the phonemes on."""
    mouth = SpeakingMouth()
    speech = FaceSpeech(round(_SILENCE * MEDIA_RATE), sample_rate, phonemes)
    mouth.say(sounds_of(speech, [1.0] * len(phonemes)), 0)
    return np.stack([features_of(mouth.at(place * STEP)) for place in range(count)])


def spoken_lessons(voices: Sequence[Voice], texts: Iterable[str], seed: int) -> Iterator[Lesson]:
    """Let each voice say each text, at many paces and pitches."""
    random = Random(seed)  # noqa: S311 - for variety only
    for text in texts:
        for voice in voices:
            style = SpeakingStyle(speed=random.uniform(0.8, 1.25), pitch=random.uniform(-4.0, 4.0))
            clause = voice.speak(text, style=style)
            stretch = random.choice((1.0, random.uniform(0.84, 1.2)))
            yield lesson_of(clause, stretch=stretch)
