"""Which words of a running turn can be counted on: those that two hypotheses in a row agree on.

LocalAgreement-2 of Macháček, Dabre and Bojar (2023), "Turning Whisper into Real-Time Transcription System". There a hypothesis
begins where the agreed words end; here each one is of the whole turn, so that its words are laid against the stable ones first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.layers.stt.edits import edits_to_prefixes

_DRIFT: Final = 16
"""Words by which a hypothesis may be longer or shorter than the stable words that it repeats."""
_SILENT: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Partial:
    """What is known of a running turn."""

    stable: tuple[str, ...]
    """Words with which every later partial of the turn begins too."""
    tentative: tuple[str, ...]
    """The words behind them, as last understood; they may still change."""


class StablePartials:
    """The words of one turn. Does no work of its own: it is fed with the hypotheses, one after the other."""

    def __init__(self) -> None:
        self._stable: list[str] = []
        self._keys: list[str] = []
        self._awaiting: list[str] = []
        """Keys of the last hypothesis's words behind the stable ones."""

    def feed(self, words: Sequence[str]) -> Partial:
        """Take the words of the whole turn so far, as the recogniser understood them just now.

        A word is stable once two hypotheses in a row have it in the same place and something follows it: the last one may
        be cut in the middle. Case and punctuation do not count; of the two spellings the later is kept. Words that are punctuation
        alone are left out.
        """
        heard = [(word, key) for word in words if (key := _key(word))]
        keys = [key for _, key in heard]
        begin = self._repeated(keys)
        agreed = min(_common_length(self._awaiting, keys[begin:]), max(len(keys) - begin - 1, 0))
        end = begin + agreed
        self._stable += [word for word, _ in heard[begin:end]]
        self._keys += keys[begin:end]
        self._awaiting = keys[end:]
        return Partial(tuple(self._stable), tuple(word for word, _ in heard[end:]))

    def _repeated(self, keys: Sequence[str]) -> int:
        """Return how many words at the beginning of a hypothesis stand for the stable ones."""
        same = _common_length(self._keys, keys)
        stable, rest = self._keys[same:], keys[same:]
        if not stable:
            return same
        edits = edits_to_prefixes(stable, rest, _DRIFT)

        def unlikeliness(count: int) -> tuple[int, bool, int, int]:
            # Where the last stable word is found again, and of two such places the later, nothing is said twice.
            found = count > 0 and rest[count - 1] == stable[-1]
            return edits[count], not found, abs(count - len(stable)), -count

        return same + min(range(len(rest) + 1), key=unlikeliness)


def _key(word: str) -> str:
    return _SILENT.sub("", word.casefold())


def _common_length(left: Sequence[str], right: Sequence[str]) -> int:
    for index, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return index
    return min(len(left), len(right))
