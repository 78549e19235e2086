"""Times of day and durations."""

import re
from typing import Final

from engine.layers.tts.english.rules import ends_text, rules
from engine.layers.tts.spoken_numbers import cardinal, clock_time
from engine.layers.tts.traced_text import Piece, Rule, Said

_HALF: Final = r"(?: ?(?P<half>[ap]m\b|[ap]\.m\.?(?!\w)))"


def _time(found: re.Match[str]) -> Said:
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "").lower()
    if hour > 24 or minute > 59 or (half and hour > 12 and not found["minute"]):
        return found[0]
    seconds = int(found["second"] or 0)
    words = clock_time(hour, minute, half)
    if seconds:
        words += f" and {cardinal(str(seconds))} second{'s' * (seconds != 1)}"
    said: list[Piece] = [(words, found.start(), found.start("half") if half else found.end())]
    if half:
        said.append((f" {half[0].upper()}.M{_stop(found)}", *found.span("half")))
    if found["zulu"]:
        said.append((" U.T.C", *found.span("zulu")))
    return said


def _stop(found: re.Match[str]) -> str:
    """The dot after "p.m." ends a sentence as well where one begins after it."""
    if not found["half"].endswith("."):
        return ""
    return "." if ends_text(found) or re.match(r" [A-Z][a-z]", found.string[found.end() : found.end() + 3]) else ""


def _duration(found: re.Match[str]) -> str:
    names = {"h": "hour", "m": "minute", "s": "second"}
    parts = ((found[1], names[found[2]]), (found[3], names[found[4][0]]))
    return " ".join(f"{cardinal(count)} {name}{'s' * (count != '1')}" for count, name in parts)


RULES: Final[tuple[Rule, ...]] = rules(
    (r"(?i)(?<![\w:.,$€£/-])(\d{1,2}(?::\d\d)?) ?[-–] ?(?=\d{1,2}(?::\d\d)? ?[ap]\.?m\b)", r"\1 to "),
    (r"(?i)(?<![\w:.,])(\d{1,2}(?::\d\d)? ?[ap]\.?m\.?|\d{1,2}:\d\d) ?[-–] ?(?=\d{1,2}(?::\d\d| ?[ap]\.?m\b))", r"\1 to "),
    (
        r"(?i)(?<![\w:.])(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
        rf"{_HALF}?(?P<zulu>Z\b)?(?![\d:])",
        _time,
    ),
    (rf"(?i)(?<![\w:.,$])(?P<hour>\d{{1,2}})(?P<minute>)(?P<second>){_HALF}(?P<zulu>)", _time),
    (r"(?<![\w.,])(\d{1,3}) ?(h) ?(\d{1,2}) ?(m(?:in)?)\b", _duration),
    (r"(?<![\w.,])(\d{1,3}) ?(m) ?(\d{1,2}) ?(s)\b", _duration),
    (r"\b(UTC|GMT) ?- ?(?=\d)", r"\1 minus "),
    (r"\b(UTC|GMT) ?\+ ?(?=\d)", r"\1 plus "),
)  # fmt: skip
