"""Rules of reading: a pattern, and what is said for a match."""

import re
from collections.abc import Iterable
from typing import Final

from engine.layers.tts.traced_text import Replacement, Rule

NUMBER: Final = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
"""Digits, with or without thousands commas and decimals."""
MARKS: Final = "\U000f0000-\U000ffffd"
"""What holds the place of a dictionary's pronunciation, as a range of a character class."""

_ARTICLE: Final = re.compile(r"(?i)(?:^|[^\w])an? $")
_NOUN: Final = re.compile(
    r" (?!(?:a|an|and|as|at|by|each|for|from|if|in|is|less|more|of|off|on|or|out|per|so|than|that|the|then|to|was|with)\b)[a-z]"
)


def rules(*pairs: tuple[str, Replacement]) -> tuple[Rule, ...]:
    r"""Compile rules, tried in the order given. `\w`, `\d` and `\b` mean ASCII."""
    return tuple((re.compile(pattern, re.ASCII), replacement) for pattern, replacement in pairs)


def alternatives(words: Iterable[str]) -> str:
    """Return a pattern for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def ends_text(found: re.Match[str]) -> bool:
    """Whether nothing but closing signs follows the match."""
    return not found.string[found.end() : found.end() + 40].strip(" \"')]}")


def stop_after(found: re.Match[str]) -> str:
    """Return the full stop that the dot of an abbreviation is as well where it ends the text."""
    return "." if ends_text(found) else ""


def describes(found: re.Match[str]) -> bool:
    """Whether an amount describes what follows it: "a $5 bill" is a five dollar bill."""
    before = found.string[max(0, found.start() - 4) : found.start()]
    return bool(_ARTICLE.search(before)) and bool(_NOUN.match(found.string, found.end()))
