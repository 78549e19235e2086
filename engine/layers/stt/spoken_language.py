"""Which of several languages a sound is in, by the probabilities that a recogniser gives."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_SURE: Final = 0.6
"""Share of the probability of all languages in question, above which another one than the expected is believed."""


@dataclass(frozen=True, slots=True)
class LanguageQuestion:
    """The language that is expected, and those that may be spoken instead (ISO 639-1 codes)."""

    expected: str
    others: frozenset[str] = frozenset()

    def answer(self, found: Iterable[tuple[str, float]]) -> str:
        """Choose by code and probability, among the languages in question alone: the expected one unless another is clear."""
        asked = {code: share for code, share in found if code in self.others or code == self.expected}
        total = sum(asked.values())
        if not total > 0.0:
            return self.expected
        best = max(asked, key=lambda code: asked[code])
        return best if asked[best] >= _SURE * total else self.expected
