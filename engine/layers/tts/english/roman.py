"""Roman numerals after names and chapters."""

import re
from typing import Final

from engine.layers.tts.english.rules import rules
from engine.layers.tts.spoken_numbers import cardinal, ordinal
from engine.layers.tts.traced_text import Piece, Rule, Said, kept

_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_NUMERAL: Final = r"(?:X{1,3}(?:IX|IV|V?I{0,3})|XL(?:IX|IV|V?I{0,3})|LX{0,3}(?:IX|IV|V?I{0,3})|IX|IV|VI{0,3}|I{1,3})"
_RULERS: Final = (
    "Alexander|Benedict|Catherine|Charles|Clement|Darius|Edward|Elizabeth|Francis|Frederick|George|Gregory|Gustav|Harald|Henry|Ivan"
    "|Innocent|James|John|Joseph|Juan|Leo|Leopold|Louis|Margrethe|Mary|Napoleon|Nicholas|Otto|Paul|Peter|Philip|Pius|Ramses|Rama|Richard"
    "|Sixtus|Stephen|Tsar|Urban|Victoria|Wilhelm|William|Xerxes|Carlos|Felipe"
)
_PARTS: Final = (
    "Act|Article|Book|Chapter|Class|Episode|Figure|Grade|Level|Mark|Page|Part|Phase|Scene|Section|Series|Stage|Table|Title|Type|Unit|Volume"
    "|World War|Super Bowl|Apollo"
)


def _value(numeral: str) -> str:
    numbers = [_VALUES[letter] for letter in numeral]
    following = [*numbers[1:], 0]
    return str(sum(-one if one < two else one for one, two in zip(numbers, following, strict=True)))


def _ruler(found: re.Match[str]) -> Said:
    return [kept(found, 1), (f" the {ordinal(_value(found[2]))}", *found.span(2))]


def _part(found: re.Match[str]) -> list[Piece]:
    return [kept(found, 1), (f" {cardinal(_value(found[2]))}", *found.span(2))]


def _century(found: re.Match[str]) -> list[Piece]:
    return [(ordinal(_value(found[1])), *found.span(1)), (" century", found.end(1), found.end())]


RULES: Final[tuple[Rule, ...]] = rules(
    (rf"\b({_NUMERAL}) century\b", _century),
    (rf"\b({_RULERS}) (?!I\b)({_NUMERAL})\b(?!['-])", _ruler),
    (rf"\b({_PARTS}) ({_NUMERAL})\b(?!['-])", _part),
    (rf"\b({_PARTS.lower()}) (?!I\b)({_NUMERAL})\b(?!['-])", _part),
    (rf"\b([A-Z][a-z]+) (?=[IVX]{{2}})({_NUMERAL})\b(?!['-])", _part),
)  # fmt: skip
