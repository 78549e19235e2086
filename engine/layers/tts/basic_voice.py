"""The last resort: a voice that needs no download."""

from typing import Final

import numpy as np

from engine.layers.cancel import CancelToken
from engine.layers.tts.espeak import Espeak
from engine.layers.tts.levelling import amplified, levelled
from engine.layers.tts.pauses import pause_after, trimmed
from engine.layers.tts.phonemizer import Phonemizer
from engine.layers.tts.protocol import SpokenClause
from engine.layers.tts.reading import espeak_input, read
from engine.layers.tts.spans import spans_covering
from engine.layers.tts.style import NATURAL, SpeakingStyle, delivery
from engine.layers.tts.word_times import word_spans

_WORDS_PER_MINUTE: Final = 160  # comes out as about 172 in short clauses
_PITCH: Final = 46
_PITCH_RANGE: Final = 58
_GAIN: Final = 0.8  # dB that bring the voice to `levelling.TARGET`, measured over ten sentences
_STRESS: Final = str.maketrans("", "", "ˈˌ")


class BasicVoice:
    """espeak-ng as a Voice: 22,050 Hz, with exact phoneme timing."""

    basic: Final = True

    def __init__(self, language: str = "en-us") -> None:
        """Choose a language (BCP 47).

        Raises InvalidInputError for one that espeak-ng does not speak, ModelUnavailableError when its library or data do not load.
        """
        self.name: str = "basic"
        self.language: str = _written_as_bcp47(language)
        self._espeak = Espeak(language, words_per_minute=_WORDS_PER_MINUTE, pitch=_PITCH, pitch_range=_PITCH_RANGE)
        self._words = Phonemizer(self._espeak.voice)

    def speak(self, text: str, *, style: SpeakingStyle = NATURAL, cancel: CancelToken | None = None) -> SpokenClause:
        """Synthesise one clause (see `Voice.speak`)."""
        rate, asked = self._espeak.sample_rate, delivery(style)
        reading = read(text, self.language, style.pronunciations)
        nothing = SpokenClause(text, np.zeros(0, np.float32), rate, ())
        if cancel is not None and cancel.cancelled:
            return nothing
        utterance = self._espeak.synthesise(
            espeak_input(reading, self.language) if reading.has_phonemes else reading.text,
            speed=asked.speed,
            pitch=asked.pitch,
            spread=asked.spread,
            phonemes=reading.has_phonemes,
            cancel=cancel,
        )
        nothing_said = not any(onset.phoneme for onset in utterance.onsets)
        if nothing_said or (cancel is not None and cancel.cancelled):
            return nothing
        piece, cut = trimmed(amplified(utterance.samples, _GAIN), rate, pause_after(reading.text) / asked.speed)
        samples = levelled(piece, rate, asked.volume)
        onsets = ((onset.phoneme.translate(_STRESS), max(onset.sample - cut, 0)) for onset in utterance.onsets)
        phonemes = spans_covering(onsets, samples.size)
        return SpokenClause(text, samples, rate, phonemes, word_spans(reading, phonemes, self._words.word))


def _written_as_bcp47(language: str) -> str:
    primary, *rest = language.replace("_", "-").split("-")
    return "-".join([primary.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])
