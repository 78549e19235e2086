"""Titles, streets and the abbreviations of every day."""

import re
from typing import Final

from engine.layers.tts.english.rules import MARKS, alternatives, rules, stop_after
from engine.layers.tts.traced_text import Rule

_TITLES: Final = {
    "Dr": "Doctor", "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Mx": "Mix", "Prof": "Professor", "Rev": "Reverend",
    "Sgt": "Sergeant", "Capt": "Captain", "Lt": "Lieutenant", "Col": "Colonel", "Gen": "General", "Gov": "Governor", "Sen": "Senator",
    "Rep": "Representative", "Pres": "President", "Hon": "Honorable", "Mt": "Mount", "Ft": "Fort", "St": "Saint",
}  # fmt: skip
_STREETS: Final = {
    "St": "Street", "Dr": "Drive", "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road", "Ln": "Lane", "Hwy": "Highway", "Pkwy": "Parkway",
    "Ct": "Court", "Sq": "Square", "Pl": "Place",
}  # fmt: skip
_DIRECTIONS: Final = {"N": "North", "S": "South", "E": "East", "W": "West"}
_DOTTED: Final = {
    "Dr": "Doctor", "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Prof": "Professor", "Jr": "Junior", "Sr": "Senior",
    "vs": "versus", "approx": "approximately", "dept": "department", "Dept": "Department", "Inc": "Incorporated", "Ltd": "Limited",
    "Corp": "Corporation", "Co": "Company", "etc": "et cetera", "est": "estimated", "max": "maximum", "min": "minimum", "avg": "average",
    "misc": "miscellaneous", "tel": "telephone", "Tel": "Telephone", "incl": "including", "govt": "government", "Univ": "University",
    "Assn": "Association", "intl": "international", "temp": "temperature", "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road",
    "Apt": "Apartment", "apt": "apartment", "ca": "circa", "al": "al", "ed": "edition", "assoc": "associate", "cont": "continued",
}  # fmt: skip
_BEFORE_NUMBERS: Final = {
    "No": "number", "Nos": "numbers", "p": "page", "pp": "pages", "P": "Page", "vol": "volume",
    "Vol": "Volume", "ch": "chapter", "Ch": "Chapter", "fig": "figure", "Fig": "Figure", "sec": "section", "Sec": "Section",
    "eq": "equation", "Eq": "Equation", "ver": "version", "c": "circa", "Art": "Article", "art": "article", "ed": "edition",
}  # fmt: skip
_BARE: Final = {
    "vs": "versus", "approx": "approximately", "w/o": "without", "w/out": "without", "b/c": "because", "btw": "by the way",
    "etc": "et cetera", "pls": "please", "thx": "thanks", "dept": "department", "govt": "government", "n/a": "not applicable",
    "N/A": "not applicable",
}  # fmt: skip
_PAIRS: Final = {
    "and/or": "and or", "he/she": "he or she", "she/he": "she or he", "his/her": "his or her", "him/her": "him or her",
    "yes/no": "yes or no", "true/false": "true or false", "s/he": "she or he", "24/7": "twenty-four seven", "9/11": "nine eleven",
    "50/50": "fifty-fifty", "50-50": "fifty-fifty", "20/20": "twenty twenty", "80/20": "eighty twenty", "AC/DC": "A.C D.C",
    "TCP/IP": "T.C.P I.P", "I/O": "I.O", "R&D": "R and D", "Q&A": "Q and A", "B&B": "B and B", "AT&T": "A.T and T", "M&Ms": "M and M's",
    "C++": "C plus plus", "C#": "C sharp", "F#": "F sharp", "Ph.D": "P.H.D", "PhD": "P.H.D", "PhDs": "P-H-D's",
}  # fmt: skip


def _title(found: re.Match[str]) -> str:
    return f"{_TITLES[found[1] or found[2]]} "


def _street(found: re.Match[str]) -> str:
    return _STREETS[found[1]] + (stop_after(found) if found[0].endswith(".") else "")


def _dotted(found: re.Match[str]) -> str:
    return _DOTTED[found[1]] + stop_after(found)


def _initialism(found: re.Match[str]) -> str:
    return found[0][:-1] + stop_after(found)


RULES: Final[tuple[Rule, ...]] = rules(
    (rf"(?<![\w/])(?:{alternatives(_PAIRS)})(?![\w/])", lambda found: _PAIRS[found[0]]),
    (r"\b[Ee]\.g\.,?(?= \S)", "for example,"),
    (r"\b[Ii]\.e\.,?(?= \S)", "that is,"),
    (r"\be\.g\.?", "for example"),
    (r"\b(?:a\.k\.a\.?|aka)(?!\w)", "also known as"),
    (r"(?<=\d )([NSEW])\.? (?=[A-Z])", lambda found: f"{_DIRECTIONS[found[1]]} "),
    (rf"(?<=[a-z\d] )({alternatives(_STREETS)})\b\.?(?=,|$|[ .]*$| (?:and|in|at|near|is|or|to|by)\b)", _street),
    (rf"\b({alternatives(_TITLES)})\. (?=[A-Z{MARKS}])|\b(Dr|Mr|Mrs|Ms|Prof) (?=[A-Z{MARKS}])", _title),
    (rf"\b({alternatives(_BEFORE_NUMBERS)})\. ?(?=\d)", lambda found: f"{_BEFORE_NUMBERS[found[1]]} "),
    (r"№ ?(?=\d)|(?<!\w)#(?=\d)", "number "),
    (r"§§? ?(?=\d)", "section "),
    (rf"(?<!\d )(?<!\d)\b({alternatives(_DOTTED)})\.(?!\w)", _dotted),
    (rf"(?<![\w/.])(?:{alternatives(_BARE)})(?![\w/])", lambda found: _BARE[found[0]]),
    (r"(?<![\w/])w/ ?(?=\w)", "with "),
    (r"(?<=[a-z] )([A-Z])\. (?=[A-Z][a-z])", r"\1 "),
    (r"\b[A-Z](?:\.[A-Z])+\.(?!\w)", _initialism),
)  # fmt: skip
