"""Words as phonemes, by the espeak-ng that Piper carries."""

import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar, Final

_REMEMBERED: Final = 4_000
"""Words: what is said often is not asked for again."""


class Phonemizer:
    """One language of espeak-ng's, phonemes only.

    The bridge exists once per process, with one language at a time; every object of this class takes its turn, and so must whoever
    else uses it (`in_turn`).
    """

    # The C library's state is the process's, so the lock cannot belong to one object.
    _turn: ClassVar[threading.Lock] = threading.Lock()
    _bridge: ClassVar[Any] = None

    def __init__(self, language: str) -> None:
        """Choose a language by espeak-ng's name, such as `en-us`; one that it does not know fails in `word`."""
        self._language = language
        self.word: Callable[[str], str] = lru_cache(maxsize=_REMEMBERED)(self._phonemes)
        """Return the phonemes of one word alone, stress marks included; blocking, thread-safe."""

    @classmethod
    def in_turn(cls, phonemize: Callable[[str], list[list[str]]], text: str) -> list[list[str]]:
        """Call `phonemize` with `text` while nobody else uses the bridge."""
        with cls._turn:
            return phonemize(text)

    def _phonemes(self, word: str) -> str:
        with self._turn:
            if Phonemizer._bridge is None:
                from piper.phonemize_espeak import EspeakPhonemizer

                Phonemizer._bridge = EspeakPhonemizer()
            sentences = Phonemizer._bridge.phonemize(self._language, word)
        return "".join(symbol for sentence in sentences for symbol in sentence)
