"""What a presenter says while it is measured."""

from dataclasses import dataclass
from itertools import cycle
from typing import Final

import numpy as np

from engine.layers.audio import MEDIA_RATE, Samples
from engine.layers.replica.protocol import FaceSpeech
from engine.layers.resampling import resample
from engine.layers.tts.protocol import Voice

SENTENCES: Final = (
    "Good morning, and welcome to the museum.",
    "My name is Robin, and I would be happy to show you around.",
    "Both of the maps by the front door have five different paths on them.",
    "Would you like to see the old paintings first, or the very big blue whale?",
    "Most people begin with the thin wooden boat above us.",
    "It was built by three brothers, who moved it up the river for a whole month.",
    "Please have a look at the small photograph beside it.",
    "You may be able to read both of their names.",
    "After that, we could have a cup of coffee in the garden.",
    "Is there anything else that you want to know before we move on?",
)
"""Everyday sentences with many lips that must close, lips on teeth, and tongues between them."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Clauses one after the other on the media clock."""

    voice: str
    samples: Samples
    """48 kHz, from media sample 0 on."""
    clauses: tuple[FaceSpeech, ...]

    @property
    def seconds(self) -> float:
        """Until the last clause is over."""
        return self.samples.size / MEDIA_RATE


def spoken(voice: Voice, seconds: float, *, start: float = 0.0) -> Speech:
    """Let a voice say the sentences, over and over, for at most so long; `start`: seconds of silence before.

    At least one is said, however long it is.
    """
    parts = [np.zeros(round(start * MEDIA_RATE), np.float32)]
    clauses: list[FaceSpeech] = []
    position, end = parts[0].size, (start + seconds) * MEDIA_RATE
    said = [
        (clause := voice.speak(sentence), resample(clause.samples, clause.sample_rate, MEDIA_RATE))
        for sentence in SENTENCES
    ]
    left_out = 0
    for clause, sound in cycle(said):
        if clauses and position + sound.size > end:
            left_out += 1
            if left_out == len(said):
                break
            continue
        left_out = 0
        clauses.append(FaceSpeech(position, clause.sample_rate, clause.phonemes))
        parts.append(sound)
        position += sound.size
    return Speech(voice.name, np.concatenate(parts), tuple(clauses))
