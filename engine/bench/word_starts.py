"""When each word of a known text begins, found by Whisper's attention."""

from pathlib import Path
from typing import Any, Final

from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.log_mel import HOP, log_mel

_STEP: Final = 2 * HOP
"""Samples behind one encoder position."""
_PADDING: Final = 6 * HEARING_RATE


class WordStarts:
    """An aligner over the files of a CTranslate2 Whisper; used by one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Load the weights; raises what CTranslate2 and tokenizers raise where they are damaged."""
        import ctranslate2
        import tokenizers
        from faster_whisper.tokenizer import Tokenizer

        self._views: Any = ctranslate2.StorageView
        self._model = ctranslate2.models.Whisper(str(folder), compute_type="int8", intra_threads=1)
        words = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer = Tokenizer(words, self._model.is_multilingual, task="transcribe", language="en")

    def find(self, sound: Samples, text: str) -> list[float]:
        """Return the seconds at which the words of `text` begin in `sound` (16 kHz), to 20 ms; punctuation may count as a word."""
        tokens = self._tokenizer.encode(f" {text.strip()}")
        frames = -(-(len(sound) + _PADDING) // _STEP) * 2
        encoded = self._model.encode(self._views.from_array(log_mel(sound, frames, self._model.n_mels)[None]))
        (found,) = self._model.align(encoded, list(self._tokenizer.sot_sequence), [tokens], [frames])
        first: dict[int, float] = {}
        for token, position in found.alignments:
            first.setdefault(token, position * _STEP / HEARING_RATE)
        return [
            first[index]
            for index, token in enumerate(tokens)
            if index in first and self._tokenizer.decode([token]).startswith(" ")
        ]
