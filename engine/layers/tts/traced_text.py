"""Text that remembers, through every replacement, which written characters each of its own came from."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Piece: TypeAlias = tuple[str, int, int]
"""What is said, and from where to where in the text before the replacement it was written."""
Said: TypeAlias = str | Sequence[Piece]
"""What takes the place of a match: a text for the whole of it, or pieces for its parts, in order."""
Replacement: TypeAlias = str | Callable[[re.Match[str]], Said]
Rule: TypeAlias = tuple[re.Pattern[str], Replacement]

_CLUSTER: Final = re.compile(r"[\s\S][\u0300-\u036f\u1160-\u11ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")


def kept(found: re.Match[str], group: int | str) -> Piece:
    """Return a group as it is, every character with its own origin."""
    return (found[group], *found.span(group))


@dataclass(frozen=True, slots=True)
class TracedText:
    """A text, and for each of its characters the part of the written text it stands for."""

    text: str
    starts: Sequence[int]
    """First written character, one number per character."""
    ends: Sequence[int]
    """One past the last written character."""

    @classmethod
    def of(cls, written: str) -> "TracedText":
        """Begin with the text as it is written."""
        return cls(written, range(len(written)), range(1, len(written) + 1))

    def replaced(self, pattern: re.Pattern[str], replacement: Replacement) -> "TracedText":
        """Replace every match, as `re.sub` would; linear in the length when the pattern is."""
        building: _Building | None = None
        for found in pattern.finditer(self.text):
            if building is None:
                building = _Building(self)
            building.keep_until(found.start())
            said = found.expand(replacement) if isinstance(replacement, str) else replacement(found)
            if isinstance(said, str):
                building.say(said, *found.span())
            else:
                for piece in said:
                    building.say(*piece)
            building.position = found.end()
        return self if building is None else building.finished()

    def with_pieces(self, pieces: Iterable[Piece]) -> "TracedText":
        """Say `pieces`, in order and without overlap, instead of what they were written as."""
        building = _Building(self)
        for words, start, end in pieces:
            building.keep_until(start)
            building.say(words, start, end)
            building.position = end
        return building.finished()

    def mapped(self, function: Callable[[str], str]) -> "TracedText":
        """Replace each character by what `function` makes of it."""
        texts = [function(character) for character in self.text]
        counts = [len(text) for text in texts]
        starts = [start for start, count in zip(self.starts, counts, strict=True) for _ in range(count)]
        ends = [end for end, count in zip(self.ends, counts, strict=True) for _ in range(count)]
        return TracedText("".join(texts), starts, ends)

    def composed(self) -> "TracedText":
        """Compose characters with the marks that follow them (Unicode NFC)."""
        if unicodedata.is_normalized("NFC", self.text):
            return self
        composed = self.replaced(_CLUSTER, lambda found: unicodedata.normalize("NFC", found[0]))
        return composed.mapped(lambda character: unicodedata.normalize("NFC", character))

    def stripped(self) -> "TracedText":
        """Leave spaces at both ends out."""
        first = len(self.text) - len(self.text.lstrip())
        last = max(first, len(self.text.rstrip()))
        return TracedText(self.text[first:last], self.starts[first:last], self.ends[first:last])


class _Building:
    """The result of a replacement while it grows."""

    def __init__(self, before: TracedText) -> None:
        self._before = before
        self._texts: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self.position = 0

    def keep_until(self, end: int) -> None:
        self._keep(self.position, end)

    def say(self, words: str, start: int, end: int) -> None:
        before = self._before
        if words == before.text[start:end]:
            self._keep(start, end)
            return
        if end > start:
            first, last = before.starts[start], before.ends[end - 1]
        else:
            first = last = before.starts[start] if start < len(before.text) else (before.ends[-1] if before.text else 0)
        self._texts.append(words)
        self._starts.extend([first] * len(words))
        self._ends.extend([last] * len(words))

    def finished(self) -> TracedText:
        self._keep(self.position, len(self._before.text))
        return TracedText("".join(self._texts), self._starts, self._ends)

    def _keep(self, start: int, end: int) -> None:
        self._texts.append(self._before.text[start:end])
        self._starts.extend(self._before.starts[start:end])
        self._ends.extend(self._before.ends[start:end])
