"""Numbers that name something: telephones, cards, post codes, rooms, versions."""

import re
from typing import Final

from engine.layers.tts.english.rules import rules
from engine.layers.tts.spoken_numbers import cardinal, in_pairs, one_by_one
from engine.layers.tts.traced_text import Piece, Rule, kept

_STATES: Final = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado", "CT": "Connecticut",
    "DE": "Delaware", "DC": "D.C", "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana",
    "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts",
    "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada",
    "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington",
    "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
_NUMBERED: Final = r"(?:[Rr]oom|[Ff]light|[Ss]uite|[Gg]ate|[Hh]ighway|[Rr]oute|[Aa]partment|[Bb]us|[Ii]nterstate)"
_VERSIONED: Final = (
    r"(?:[Vv]ersions?|[Rr]elease|Python|iOS|iPadOS|Android|macOS|Ubuntu|Debian|Fedora|Java|PHP|Node|Ruby|Linux|Windows)"
)


def _groups(found: re.Match[str]) -> list[Piece]:
    """Say digits one by one, in the groups they are written in."""
    said: list[Piece] = []
    for group in re.finditer(r"\d+", found[0]):
        start, end = found.start() + group.start(), found.start() + group.end()
        plus = "plus " if not said and found[0].startswith("+") else ""
        said.append((f"{', ' if said else ''}{plus}{one_by_one(group[0])}", start, end))
    return said


def _post_code(found: re.Match[str]) -> list[Piece]:
    said: list[Piece] = [(_STATES[found[1]] + " ", *found.span(1)), (one_by_one(found[2]), *found.span(2))]
    if found[3]:
        said.append((f", {one_by_one(found[3])}", *found.span(3)))
    return said


def _room(found: re.Match[str]) -> list[Piece]:
    return [kept(found, 1), (" " + in_pairs(found[2]), *found.span(2))]


def _version(found: re.Match[str]) -> list[Piece]:
    return [kept(found, 1), (" " + _pointed(found[2]), *found.span(2))]


def _pointed(numbers: str) -> str:
    return " point ".join(cardinal(part) for part in numbers.split("."))


RULES: Final[tuple[Rule, ...]] = rules(
    (r"(?<!\w)\+?(?:\d{1,3}[ .-])?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w)|(?<![\w-])\d{3}-\d{4}(?![\w-])", _groups),
    (r"(?<!\w)\+\d{1,3}(?:[ .-]\(?\d{1,4}\)?){2,5}(?![\w-])|(?<!\w)\+\d{8,15}\b", _groups),
    (r"(?<![\w-])\d{3}-\d\d-\d{4}(?![\w-])|(?<![\w-])\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?![\w-])", _groups),
    (rf"\b({'|'.join(_STATES)}),? (\d{{5}})(?:-(\d{{4}}))?(?![\w-])", _post_code),
    (r"(?<=[Zz][Ii][Pp] )\d{5}\b|(?<=[Zz][Ii][Pp] code )\d{5}\b", lambda found: one_by_one(found[0])),
    (r"(?<=[Cc]all )\d{3}\b(?!-)|(?<=[Dd]ial )\d{3}\b(?!-)|(?<= PIN )\d{4}\b|(?<=\bcode )\d{4,8}\b", lambda found: one_by_one(found[0])),
    (r"\b911\b(?![,.]\d)", "nine one one"),
    (r"\b[Ee]xt\. ?(?=\d)", "extension "),
    (rf"\b({_NUMBERED}) (\d{{3,4}})\b(?![,.]?\d)", _room),
    (rf"\b({_VERSIONED}) v?(\d{{1,5}}(?:\.\d{{1,5}})+)(?![\w%])", _version),
    (r"(?<![\w.])v(\d{1,5}(?:\.\d{1,5}){0,5})(?!\w)", lambda found: f"version {_pointed(found[1])}"),
    (r"(?<![\w.,])\d{1,5}(?:\.\d{1,5}){2,9}(?![\w.]*\d)", lambda found: _pointed(found[0])),
)  # fmt: skip
