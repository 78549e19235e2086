"""The last resort: a voice that needs no download."""

from typing import Final

import numpy as np

from engine.layers.cancel import CancelToken
from engine.layers.tts.espeak import Espeak, PhonemeOnset
from engine.layers.tts.loudness import amplify
from engine.layers.tts.pauses import end_with_pause, pause_after, spans_covering
from engine.layers.tts.protocol import PhonemeSpan, SpokenClause
from engine.layers.tts.text_normalisation import normalise

_WORDS_PER_MINUTE: Final = 160  # comes out as about 172 in short clauses
_PITCH: Final = 46
_PITCH_RANGE: Final = 58
_GAIN: Final = 1.05  # brings the voice to `SPEECH_LEVEL`, measured over ten sentences
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

    def speak(self, text: str, *, speed: float = 1.0, cancel: CancelToken | None = None) -> SpokenClause:
        """Synthesise one clause (see `Voice.speak`)."""
        rate = self._espeak.sample_rate
        speed = min(max(speed, 0.5), 2.0)
        spoken = normalise(text, self.language)
        if cancel is not None and cancel.cancelled:
            return SpokenClause(text, np.zeros(0, np.float32), rate, ())
        utterance = self._espeak.synthesise(spoken, speed=speed, cancel=cancel)
        nothing_said = not any(onset.phoneme for onset in utterance.onsets)
        if nothing_said or (cancel is not None and cancel.cancelled):
            return SpokenClause(text, np.zeros(0, np.float32), rate, ())
        samples = end_with_pause(amplify(utterance.samples, _GAIN), rate, pause_after(spoken) / speed)
        return SpokenClause(text, samples, rate, _spans(utterance.onsets, samples.size))


def _spans(onsets: tuple[PhonemeOnset, ...], end: int) -> tuple[PhonemeSpan, ...]:
    return spans_covering(((onset.phoneme.translate(_STRESS), onset.sample) for onset in onsets), end)


def _written_as_bcp47(language: str) -> str:
    primary, *rest = language.replace("_", "-").split("-")
    return "-".join([primary.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])
