"""Neural voices in the Piper format."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from engine.layers.audio import Samples
from engine.layers.cancel import CancelToken
from engine.layers.resampling import resample
from engine.layers.tts.levelling import CALIBRATION, amplified, levelled, voice_gain
from engine.layers.tts.pauses import pause_after, trimmed
from engine.layers.tts.phoneme_tokens import merge_tokens, spread_evenly
from engine.layers.tts.piper_model import PiperModel, unavailable
from engine.layers.tts.protocol import SpokenClause
from engine.layers.tts.reading import Reading, piper_sentences, read
from engine.layers.tts.spans import spans_covering
from engine.layers.tts.style import NATURAL, Delivery, SpeakingStyle, delivery
from engine.layers.tts.word_times import word_spans

_PLAIN: Final = delivery(NATURAL)
_SENTENCE_END: Final = frozenset(".!?")
_TRAILING_OFF: Final = ("…", "...")


class PiperVoiceEngine:
    """A Piper voice (ONNX file and JSON configuration) as a Voice.

    Phonemes are timed exactly when the model's second output is durations, else spread over the voiced part in proportion to typical
    lengths. The gain is found once, on the sentences of `levelling.CALIBRATION` spoken while loading, which also warms the session up.
    Pitch: voices of this project move it by themselves; others speak slower or faster and are played faster or slower.
    """

    basic: Final = False

    def __init__(self, onnx_path: Path, config_path: Path) -> None:
        """Load the voice.

        Raises ModelUnavailableError, with the path and a remedy, when a file is missing, damaged or of another kind.
        """
        self._turn = threading.Lock()
        self._model = PiperModel(onnx_path, config_path)
        self.name: str = onnx_path.stem
        self.language: str = self._model.language
        self.sample_rate: int = self._model.sample_rate
        self._gain = 0.0
        try:
            sounds = [self._sentences(read(text, self.language), _PLAIN)[0] for text in CALIBRATION]
        except Exception as error:  # whatever onnxruntime or a configuration with wrong types raises
            raise unavailable(onnx_path, f"it does not speak ({error})") from error
        if not all(sound.size and np.isfinite(sound).all() for sound in sounds):
            raise unavailable(onnx_path, "it speaks no valid sound")
        self._gain = voice_gain(sounds, self.sample_rate)

    def speak(self, text: str, *, style: SpeakingStyle = NATURAL, cancel: CancelToken | None = None) -> SpokenClause:
        """Synthesise one clause (see `Voice.speak`); cancelling takes effect between its sentences."""
        asked = delivery(style)
        reading = read(text, self.language, style.pronunciations)
        samples, onsets, timed = self._sentences(reading, asked, cancel)
        if cancel is not None and cancel.cancelled:
            return SpokenClause(text, np.zeros(0, np.float32), self.sample_rate, ())
        samples = levelled(samples, self.sample_rate, asked.volume)
        phonemes = spans_covering(onsets, samples.size)
        words = word_spans(reading, phonemes, self._model.word_phonemes)
        return SpokenClause(text, samples, self.sample_rate, phonemes, words, timed)

    def _sentences(
        self, reading: Reading, asked: Delivery, cancel: CancelToken | None = None
    ) -> tuple[Samples, list[tuple[str, int]], bool]:
        """Speak sentence by sentence, each with the pause that its end asks for; phonemes with their first samples.

        Last: whether the network told these.
        """
        pieces: list[Samples] = []
        onsets: list[tuple[str, int]] = []
        position = 0
        told = True
        found = piper_sentences(reading, self._model.phonemes, self._model.symbols, self.language)
        sentences = [sentence for sentence in found if self._pronounceable(sentence)]
        for number, sentence in enumerate(sentences, 1):
            if cancel is not None and cancel.cancelled:
                break
            written = reading.text if number == len(sentences) else "".join(sentence)
            with self._turn:
                samples, timed, known = self._speak(_ended(sentence, written), asked)
            told = told and known
            piece, cut = trimmed(samples, self.sample_rate, pause_after(written) / asked.speed)
            onsets += [(phoneme, position + min(max(start - cut, 0), piece.size)) for phoneme, start in timed]
            pieces.append(piece)
            position += piece.size
        return np.concatenate(pieces) if pieces else np.zeros(0, np.float32), onsets, told

    def _speak(self, sentence: Sequence[str], asked: Delivery) -> tuple[Samples, list[tuple[str, int]], bool]:
        """Speak one sentence with the gain of the voice; phonemes with their first samples, and whether the network told these."""
        # Played faster by this factor, what was spoken that much slower is higher and as long as it should be.
        faster = 1.0 if self._model.shifts_pitch else 2.0 ** (asked.pitch / 12.0)
        sound = self._model.synthesise(sentence, length=faster / asked.speed, spread=asked.spread, pitch=asked.pitch)
        samples = amplified(resample(sound.samples, round(self.sample_rate * faster), self.sample_rate), self._gain)
        if sound.lengths is None:
            return samples, spread_evenly(sound.tokens[1:-1], samples, self.sample_rate), False
        timed = merge_tokens(sound.tokens, sound.lengths)
        return samples, [(phoneme, round(start / faster)) for phoneme, start in timed], True

    def _pronounceable(self, sentence: Sequence[str]) -> bool:
        return any(phoneme.isalpha() and phoneme in self._model.symbols for phoneme in sentence)


def _ended(sentence: Sequence[str], written: str) -> list[str]:
    """Give a sentence that trails off the end that the phonemes of espeak-ng lack; whatever else ends it is there already."""
    phonemes = list(sentence)
    while phonemes and phonemes[-1] == " ":
        phonemes.pop()
    trails_off = written.rstrip("\"')] ").endswith(_TRAILING_OFF)
    return [*phonemes, "."] if trails_off and phonemes[-1:] and phonemes[-1] not in _SENTENCE_END else phonemes
