"""Pronunciation dictionaries: words that are to be said otherwise than a voice would say them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.layers.tts.ipa import has_sound
from engine.layers.tts.markup import FIRST_MARK, LAST_MARK
from engine.layers.tts.traced_text import Piece, TracedText

_MOST_AT_ONCE: Final = ord(LAST_MARK) - ord(FIRST_MARK) + 1
_ONE_SIGN: Final = str.maketrans({"’": "'", "‘": "'", "‐": "-", "‑": "-"})
_SYLLABLE: Final = re.compile(r"(?<![^\W\d])[A-Z]{2,}(?=-)|(?<=-)[A-Z]{2,}(?![^\W\d])")
_LOWER: Final = re.compile(r"[a-z]")


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """How one text is to be said."""

    text: str
    """As it is written."""
    said: str
    """Other words, or IPA."""
    ipa: bool
    case_sensitive: bool = False
    word_boundaries: bool = True
    """Whether only whole words are meant."""


@dataclass(frozen=True, slots=True)
class Pronunciations:
    """The rules of a dictionary, ready to be looked up. The longest text that fits is taken; what is said for it is not looked up again."""

    entries: tuple[Pronunciation, ...] = ()
    _by_first: dict[str, tuple[tuple[str, Pronunciation], ...]] = field(
        init=False, repr=False, compare=False, hash=False
    )

    def __post_init__(self) -> None:
        indexed: dict[str, list[tuple[str, Pronunciation]]] = {}
        for entry in sorted(self.entries, key=lambda entry: (-len(entry.text), not entry.case_sensitive)):
            key = _compared(unicodedata.normalize("NFC", entry.text).strip(), fold=not entry.case_sensitive)
            if key:
                indexed.setdefault(_folded(key[0]), []).append((key, entry))
        object.__setattr__(self, "_by_first", {first: tuple(entries) for first, entries in indexed.items()})

    @classmethod
    def compiled(cls, rules: Iterable[Mapping[str, Any]]) -> "Pronunciations":
        """Take the rules of a stored dictionary: text, pronunciation, type `alias` or `ipa`, case_sensitive, word_boundaries.

        IPA without a sound is left out, so that the word is said as it is written. Never raises for rules that the API took.
        """
        entries = (
            Pronunciation(
                str(rule["text"]),
                str(rule["pronunciation"]),
                rule.get("type") == "ipa",
                bool(rule.get("case_sensitive", False)),
                bool(rule.get("word_boundaries", True)),
            )
            for rule in rules
        )
        return cls(tuple(entry for entry in entries if not entry.ipa or has_sound(entry.said)))

    def applied(self, text: TracedText) -> tuple[TracedText, tuple[str, ...]]:
        """Return the text with its dictionary words replaced, and the IPA of those that one character of `marks` now stands for.

        The character `chr(ord(FIRST_MARK) + index)` holds the place of the IPA at `index`. `text` may hold no such character before.
        """
        if not self._by_first:
            return text, ()
        text = text.composed()
        ipa: list[str] = []
        pieces: list[Piece] = []
        for start, end, entry in self._found(text.text):
            if not entry.ipa:
                pieces.append((_without_stress_capitals(entry.said), start, end))
            elif len(ipa) < _MOST_AT_ONCE:
                pieces.append((chr(ord(FIRST_MARK) + len(ipa)), start, end))
                ipa.append(entry.said)
        return text.with_pieces(pieces), tuple(ipa)

    def _found(self, text: str) -> Iterable[tuple[int, int, Pronunciation]]:
        exact, folded = _compared(text, fold=False), _compared(text, fold=True)
        position = 0
        while position < len(text):
            for key, entry in self._by_first.get(folded[position], ()):
                end = position + len(key)
                if not (exact if entry.case_sensitive else folded).startswith(key, position):
                    continue
                if entry.word_boundaries and not (_border(text, position) and _border(text, end)):
                    continue
                yield position, end, entry
                position = end
                break
            else:
                position += 1


NO_PRONUNCIATIONS: Final = Pronunciations()
"""A dictionary without rules."""


def _compared(text: str, *, fold: bool) -> str:
    """Return the text as it is compared, character by character: one sign for each kind of space, apostrophe and hyphen."""
    plain = "".join(" " if character.isspace() else character for character in text.translate(_ONE_SIGN))
    return "".join(map(_folded, plain)) if fold else plain


def _folded(character: str) -> str:
    folded = character.casefold()
    return folded if len(folded) == 1 else character


def _border(text: str, position: int) -> bool:
    """Whether a word may begin or end before `position`."""
    return not (0 < position < len(text) and _in_word(text[position - 1]) and _in_word(text[position]))


def _in_word(character: str) -> bool:
    # Scripts that write no spaces have no borders to be seen.
    if "\u2e80" <= character <= "\u9fff" or "\u0e00" <= character <= "\u0eff" or character >= "\U00020000":
        return False
    return character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"


def _without_stress_capitals(said: str) -> str:
    """Return a respelling such as "TAH-vus" without the capitals that mark its stress, which would be taken for an abbreviation."""
    words = said.split(" ")
    return " ".join(
        _SYLLABLE.sub(lambda found: found[0].lower(), word) if "-" in word and _LOWER.search(word) else word
        for word in words
    )
