"""What is left: ordinals, ranges, signs before numbers, and bare digits."""

import re
from typing import Final

from engine.layers.tts.english.rules import NUMBER, rules
from engine.layers.tts.spoken_numbers import cardinal, in_pairs, one_by_one, ordinal, year
from engine.layers.tts.traced_text import Rule

_LARGE: Final = {"k": "thousand", "M": "million", "B": "billion", "bn": "billion", "mn": "million", "T": "trillion"}

_NAMED: Final = re.compile(
    r"(?:Apartment|Apt|Room|Exit|Unit|Gate|Suite|Block|Floor|Seat|Row|Grade|Platform) $", re.IGNORECASE
)


def _number(found: re.Match[str]) -> str:
    digits = found[0]
    if len(digits) == 4 and digits.isdigit() and "1100" <= digits <= "2099":
        return year(digits)
    if len(digits) >= 8 and digits.isdigit() and not digits.endswith("000"):
        return one_by_one(digits)
    return cardinal(digits)


def _large(found: re.Match[str]) -> str:
    if _NAMED.search(found.string[max(0, found.start() - 12) : found.start()]):
        return f"{found[1]} {found[2]}"
    return f"{cardinal(found[1])} {_LARGE[found[2]]}"


EARLY: Final[tuple[Rule, ...]] = rules(
    (r"\b(\d{1,15})(?:st|nd|rd|th)\b", lambda found: ordinal(found[1])),
    (r"(?<![\w.])(\d{3,4})[pi]\b", lambda found: f"{in_pairs(found[1])} P" if found[0][-1] == "p" else f"{in_pairs(found[1])} I"),
    (rf"(?<![\w.,])({NUMBER})(k|M|B|bn|mn|T)\b", _large),
)  # fmt: skip
"""Before letters are told from words."""

RULES: Final[tuple[Rule, ...]] = rules(
    (r"(?<=\d)-(in|to|by|for|on|and)-(?=\d)", r" \1 "),
    (r"(?<=\d) ?[-–] ?(?=\d{1,6}(?![\d-]))(?<!\d-\d-)", " to "),
    (r"(?<![\w.])\.(?=\d)", "0."),
    (r" ?\+ ?(?=[\w(])", " plus "),
    (r"(?<=[\w)])\+(?!\w)", " plus"),
    (r" ?& ?", " and "),
    (r"(?<=[A-Za-z])-(?=\d)", " "),
    (r"(?<=[^\W\d])(?=[0-9])|(?<=[0-9])(?=[^\W\d])", " "),
    (NUMBER, _number),
    (r"© ?", "copyright "),
    (r"[®™]", ""),
    (r"[\[\]{}<>|\\^_~/]+", " "),
    (r" {2,}", " "),
    (r" (?=[,.;:!?])", ""),
)  # fmt: skip
