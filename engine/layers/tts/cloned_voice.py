"""A person's own voice, cloned from a recording."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from engine.layers.audio import Samples
from engine.layers.cancel import CancelToken
from engine.layers.tts.cloned_voice_model import CloningModel
from engine.layers.tts.cloned_voice_state import read_note, unavailable
from engine.layers.tts.espeak import Espeak, Utterance
from engine.layers.tts.levelling import amplified, levelled
from engine.layers.tts.pauses import pause_after, trimmed
from engine.layers.tts.phonemizer import Phonemizer
from engine.layers.tts.protocol import SpokenClause
from engine.layers.tts.reading import read
from engine.layers.tts.spans import spans_covering
from engine.layers.tts.style import NATURAL, SpeakingStyle, delivery
from engine.layers.tts.tempo import at_tempo
from engine.layers.tts.word_times import word_spans

_LOUD: Final = 0.02
"""Of the highest sample: what is below lies outside the speech."""
_STRESS: Final = str.maketrans("", "", "ˈˌ")


class ClonedVoice:
    """A state file and the network that made it, as a Voice.

    The network tells no durations: phonemes are timed as espeak-ng would time them, stretched to where the speech was heard. Speed and
    pitch are changed afterwards, in the sound; the range of the melody stays the speaker's. Of a pronunciation dictionary, respellings are
    said; IPA is not, for the network reads letters.
    """

    basic: Final = False

    def __init__(self, model: CloningModel, path: Path) -> None:
        """Load a voice.

        Raises ModelUnavailableError, with a remedy, when the file is missing, damaged or made with other weights.
        """
        note = read_note(path)
        if note.fingerprint != model.fingerprint:
            raise unavailable(path, f"it was made with other weights than those of {model.name} in the store")
        try:
            self._state = model.read_state(path)
            finite = all(
                math.isfinite(float(tensor.sum())) for part in self._state.values() for tensor in part.values()
            )
        except Exception as error:  # whatever safetensors and torch raise
            raise unavailable(path, f"it does not load ({error})") from error
        if not self._state or not finite:
            raise unavailable(path, "it holds no valid numbers")
        self._model = model
        self._gain = note.gain
        self.name: str = note.name
        self.language: str = note.language
        self.sample_rate: int = model.sample_rate
        accent = {"en": "en-us"}.get(note.language.lower(), note.language.lower())
        self._espeak = Espeak(accent, words_per_minute=160, pitch=50, pitch_range=50)
        self._phonemizer = Phonemizer(accent)

    def speak(self, text: str, *, style: SpeakingStyle = NATURAL, cancel: CancelToken | None = None) -> SpokenClause:
        """Synthesise one clause (see `Voice.speak`); cancelling takes effect within 80 ms of sound."""
        asked = delivery(style)
        reading = read(text, self.language, style.pronunciations)
        spoken = reading.text
        onsets = _timed(self._espeak.synthesise(spoken, cancel=cancel))
        if len(onsets) < 2 or (cancel is not None and cancel.cancelled):
            return self._nothing(text)
        pieces = list(self._model.stream(self._state, spoken, cancel))
        if not pieces or (cancel is not None and cancel.cancelled):
            return self._nothing(text)
        samples = amplified(np.concatenate(pieces), self._gain)
        samples = at_tempo(samples, self.sample_rate, asked.speed, asked.pitch)
        samples, _ = trimmed(samples, self.sample_rate, pause_after(spoken) / asked.speed)
        samples = levelled(samples, self.sample_rate, asked.volume)
        spans = spans_covering(stretched_over(onsets, samples), samples.size)
        words = word_spans(reading, spans, self._phonemizer.word)
        return SpokenClause(text, samples, self.sample_rate, spans, words)

    def _nothing(self, text: str) -> SpokenClause:
        return SpokenClause(text, np.zeros(0, np.float32), self.sample_rate, ())


def stretched_over(onsets: Sequence[tuple[str, int]], samples: Samples) -> list[tuple[str, int]]:
    """Move (phoneme, first sample) pairs of one speech to the part of `samples` in which another one is heard.

    The last pair says where the first speech ends.
    """
    loud = np.flatnonzero(np.abs(samples) > _LOUD * float(np.max(np.abs(samples), initial=0.0)))
    said = [start for phoneme, start in onsets if phoneme]
    if not loud.size or not said:
        return []
    begin, end = said[0], max(onsets[-1][1], said[-1] + 1)
    first, last = int(loud[0]), int(loud[-1]) + 1
    scale = (last - first) / (end - begin)
    return [(phoneme, first + round((start - begin) * scale)) for phoneme, start in onsets if start >= begin]


def _timed(utterance: Utterance) -> list[tuple[str, int]]:
    """Return the phonemes of an utterance without stress marks, and last where its speech ends."""
    onsets = [(onset.phoneme.translate(_STRESS), onset.sample) for onset in utterance.onsets]
    end = utterance.samples.size
    while onsets and not onsets[-1][0]:
        _, end = onsets.pop()
    return [*onsets, ("", end)]
