"""Signs of arithmetic and comparison."""

import re
from typing import Final

from engine.layers.tts.english.rules import NUMBER, rules
from engine.layers.tts.spoken_numbers import cardinal, fraction
from engine.layers.tts.traced_text import Piece, Rule

_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def _power(found: re.Match[str]) -> str:
    exponent = found[1].translate(_SUPERSCRIPTS).lstrip("^")
    match exponent:
        case "2":
            return " squared"
        case "3":
            return " cubed"
    minus = "minus " if exponent.startswith("-") else ""
    return f" to the power of {minus}{cardinal(exponent.lstrip('-'))}"


def _scientific(found: re.Match[str]) -> str:
    minus = "minus " if found[2] == "-" else ""
    return f"{cardinal(found[1])} times ten to the power of {minus}{cardinal(found[3])}"


def _mixed(found: re.Match[str]) -> list[Piece]:
    part = fraction(found[2], found[3])
    if part.startswith("one ") and found[3] in "234":
        part = f"a {part[4:]}"
    return [(cardinal(found[1]), *found.span(1)), (f" and {part}", found.start(2), found.end())]


def _fraction(found: re.Match[str]) -> str:
    numerator, denominator = found[1], found[2]
    if len(numerator) > 1 and len(denominator) > 1 and int(numerator) > int(denominator) >= 40:
        return f"{cardinal(numerator)} over {cardinal(denominator)}"  # blood pressure
    if int(denominator) in {2, 3, 4, 5, 6, 7, 8, 9, 16, 32, 64} and "." not in numerator and numerator[0] != "0":
        return fraction(numerator, denominator)
    return f"{cardinal(numerator)} out of {cardinal(denominator)}"


RULES: Final[tuple[Rule, ...]] = rules(
    (rf"(?<![\w.,])({NUMBER})[eE]([+-]?)(\d{{1,3}})(?!\w)", _scientific),
    (r"(?<=[\w)])(\^-?\d{1,6}|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]{1,6})", _power),
    (r"(?<![\w/.])(\d{1,3}) ([1-9])/([2-9])(?![\w/])", _mixed),
    (r"(?<![\w/.])(\d{1,3})/(\d{1,3})(?![\w/])|(?<![\w/])(\d{1,3}\.\d)/(10|5)(?![\w/])",
     lambda found: _fraction(found) if found[1] else f"{cardinal(found[3])} out of {cardinal(found[4])}"),
    (r"(?<![\w:.])(\d{1,3}):(\d{1,3})(?![\w:])", r"\1 to \2"),
    (r"√ ?", "the square root of "),
    (r" ?± ?(?=\d)", " plus or minus "),
    (r" ?≤ ?| <= ", " is less than or equal to "),
    (r" ?≥ ?| >= ", " is greater than or equal to "),
    (r" ?≠ ?| != ", " is not equal to "),
    (r" (?:->|=>|→) | ?→ ?", " to "),
    (r" < (?=\w)|(?<=\w )<(?= ?\d)", " is less than "),
    (r" > (?=\w)|(?<=\w )>(?= ?\d)", " is greater than "),
    (r"(?<!\S)< ?(?=\d)", "less than "),
    (r"(?<!\S)> ?(?=\d)", "more than "),
    (r"(?<=\babout )~ ?(?=\d)", ""),
    (r"~ ?(?=\d)|≈ ?", "about "),
    (r"(?<=[\d)])(?: × |×)(?=[\d(])", " times "),
    (r"(?<=\d)x\b(?= [a-z])", " times"),
    (r" ?÷ ?", " divided by "),
    (r"(?<=\d) / (?=\d)", " divided by "),
    (rf"(?<=\d) - (?=(?:{NUMBER}) ?=)", " minus "),
    (r" ?==? ?", " equals "),
    (r"∞", " infinity"),
    (r"(?<!\w)π|(?<=\d)π", " pi"),
)  # fmt: skip
