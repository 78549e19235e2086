"""Dates, weekdays, decades."""

import re
from typing import Final

from engine.layers.tts.english.rules import rules
from engine.layers.tts.spoken_numbers import MONTHS, cardinal, month_number, ordinal, plural, year
from engine.layers.tts.traced_text import Piece, Rule, Said, kept

MONTH: Final = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
)
_WEEKDAYS: Final = {
    "Mon": "Monday", "Tue": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip
_WEEKDAY: Final = r"(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b"


def _month_name(number: int) -> str:
    return MONTHS[number - 1]


def _valid(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def _in_words(year_digits: str, month: int, day: int) -> str:
    words = f"{_month_name(month)} {ordinal(str(day))}"
    return f"{words}, {year(year_digits)}" if year_digits else words


def _iso(found: re.Match[str]) -> str:
    month, day = int(found[2]), int(found[3])
    return _in_words(found[1], month, day) + " " * bool(found[4]) if _valid(month, day) else found[0]


def _slashed(found: re.Match[str]) -> str:
    month, day = int(found[1]), int(found[2])
    if month > 12 >= day:
        month, day = day, month
    full = found[3] if len(found[3]) == 4 else f"{'19' if found[3] > '49' else '20'}{found[3]}"
    return _in_words(full, month, day) if _valid(month, day) else found[0]


def _dotted(found: re.Match[str]) -> str:
    day, month = int(found[1]), int(found[2])
    return _in_words(found[3], month, day) if _valid(month, day) else found[0]


def _without_year(found: re.Match[str]) -> str:
    month, day = int(found[1]), int(found[2])
    return _in_words("", month, day) if _valid(month, day) else found[0]


def _comma_before_year(found: re.Match[str]) -> list[Piece]:
    """Say the year, if there is one, and the comma before it."""
    if not found["year"]:
        return []
    start = found.start("year")
    return [(", ", start, start), (year(found["year"]), *found.span("year"))]


def _month_and_day(found: re.Match[str]) -> Said:
    days = f"{ordinal(found['day'])}{' to ' + ordinal(found['last']) if found['last'] else ''}"
    month = _month_name(month_number(found["month"]))
    return [
        (f"{month} ", found.start("month"), found.end("month")),
        (days, found.start("day"), found.end("last") if found["last"] else found.end("day")),
        *_comma_before_year(found),
    ]


def _day_and_month(found: re.Match[str]) -> Said:
    if not 1 <= int(found["day"]) <= 31:
        return found[0]
    return [
        (f"the {ordinal(found['day'])} of ", found.start(), found.start("month")),
        (_month_name(month_number(found["month"])), *found.span("month")),
        *_comma_before_year(found),
    ]


def _month_alone(found: re.Match[str]) -> str:
    return _month_name(month_number(found[1]))


def _weekday(found: re.Match[str]) -> str:
    return _WEEKDAYS[found[1][:3]]


def _weekdays(found: re.Match[str]) -> str:
    return f"{_WEEKDAYS[found[1][:3]]} to {_WEEKDAYS[found[2][:3]]}"


def _decade(found: re.Match[str]) -> str:
    return plural(year(found[1]) if len(found[1]) == 4 else cardinal(found[1]))


def _age(found: re.Match[str]) -> list[Piece]:
    return [
        kept(found, 1),
        (" ", found.start(2), found.start(2)),
        (plural(cardinal(found[3])), found.start(3), found.end()),
    ]


RULES: Final[tuple[Rule, ...]] = rules(
    (r"\b([12]\d{3})-(\d\d)-(\d\d)(?:(T)(?=\d)|(?!\w))", _iso),
    (r"(?<![\w/])(\d{1,2})/(\d{1,2})/([12]\d{3}|\d\d)(?![\w/])", _slashed),
    (r"(?<![\w.])(\d{1,2})\.(\d{1,2})\.([12]\d{3})(?![\w.]*\d)", _dotted),
    (r"(?<=\b[Oo]n )(\d{1,2})/(\d{1,2})(?![\w/])", _without_year),
    (r"(?<=\b[Bb]y )(\d{1,2})/(\d{1,2})(?![\w/])", _without_year),
    (rf"\b({_WEEKDAY})\.? ?[-–] ?({_WEEKDAY})", _weekdays),
    (rf"\b({_WEEKDAY})\.?(?=,? (?:{MONTH}|\d))", _weekday),
    (
        rf"\b(?P<month>{MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: ?[-–] ?(?P<last>\d{{1,2}})(?:st|nd|rd|th)?)?"
        r"(?:,? (?P<year>[12]\d{3}))?(?![\w:%])(?![.,]\d)",
        _month_and_day,
    ),
    (
        rf"(?<![\w.,:/$€£#-])(?:[Tt]he )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{MONTH})"
        r"(?:,? (?P<year>[12]\d{3}))?(?!\w)",
        _day_and_month,
    ),
    (r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?(?=,? '?\d)", _month_alone),
    (r"\b([12]\d\d0)'?s\b", _decade),
    (r"\b(the|early|late|mid|my|his|her|their|our|your|its)([ -]'?)([2-9]0)'?s\b", _age),
    (r"(?<!\w)'([2-9]0)s\b", _decade),
)  # fmt: skip
