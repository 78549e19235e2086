"""Text as written, turned into words as spoken."""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from engine.layers.tts.markup import strip_markup
from engine.layers.tts.spoken_numbers import cardinal, clock_time, date, month_number, one_by_one, ordinal, year

_Replacement: TypeAlias = str | Callable[[re.Match[str]], str]

_NUMBER: Final = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_MONTH: Final = (
    r"(?P<month>January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
)
_CURRENCIES: Final = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "sen", "sen"),
}
_MAGNITUDES: Final = {"k": "thousand", "m": "million", "bn": "billion", "b": "billion", "tn": "trillion"}
_MAGNITUDE: Final = "thousand|[mb]illion|trillion|bn|tn|[kmb]"
_UNITS: Final = {
    "km/h": ("kilometer per hour", "kilometers per hour"), "mph": ("mile per hour", "miles per hour"),
    "m/s": ("meter per second", "meters per second"), "Mbps": ("megabit per second", "megabits per second"),
    "km": ("kilometer", "kilometers"), "cm": ("centimeter", "centimeters"), "mm": ("millimeter", "millimeters"),
    "m": ("meter", "meters"), "mi": ("mile", "miles"), "ft": ("foot", "feet"), "yd": ("yard", "yards"),
    "kg": ("kilogram", "kilograms"), "mg": ("milligram", "milligrams"), "g": ("gram", "grams"),
    "lbs": ("pound", "pounds"), "lb": ("pound", "pounds"), "oz": ("ounce", "ounces"),
    "ml": ("milliliter", "milliliters"), "mL": ("milliliter", "milliliters"), "L": ("liter", "liters"),
    "ms": ("millisecond", "milliseconds"), "sec": ("second", "seconds"), "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"), "hrs": ("hour", "hours"), "hr": ("hour", "hours"), "h": ("hour", "hours"),
    "kB": ("kilobyte", "kilobytes"), "KB": ("kilobyte", "kilobytes"), "MB": ("megabyte", "megabytes"),
    "GB": ("gigabyte", "gigabytes"), "TB": ("terabyte", "terabytes"),
    "Hz": ("hertz", "hertz"), "kHz": ("kilohertz", "kilohertz"), "MHz": ("megahertz", "megahertz"), "GHz": ("gigahertz", "gigahertz"),
    "kWh": ("kilowatt hour", "kilowatt hours"), "kW": ("kilowatt", "kilowatts"), "W": ("watt", "watts"), "V": ("volt", "volts"),
    "°C": ("degree Celsius", "degrees Celsius"), "°F": ("degree Fahrenheit", "degrees Fahrenheit"), "°": ("degree", "degrees"),
    "%": ("percent", "percent"), "fps": ("frame per second", "frames per second"), "px": ("pixel", "pixels"),
}  # fmt: skip
_ABBREVIATIONS: Final = {
    "Dr": "Doctor", "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Prof": "Professor", "Jr": "Junior", "Sr": "Senior",
    "vs": "versus", "approx": "approximately", "dept": "department", "Inc": "Incorporated", "Ltd": "Limited", "etc": "et cetera",
}  # fmt: skip
_VULGAR_FRACTIONS: Final = str.maketrans({"½": " 1/2", "⅓": " 1/3", "⅔": " 2/3", "¼": " 1/4", "¾": " 3/4"})
_FRACTIONS: Final = {
    "1/2": "one half",
    "1/3": "one third",
    "2/3": "two thirds",
    "1/4": "one quarter",
    "3/4": "three quarters",
}


def _money(found: re.Match[str]) -> str:
    one, many, cent, cents = _CURRENCIES[found["sign"]]
    amount, magnitude = found["amount"].replace(",", ""), found["magnitude"]
    if magnitude:
        return f"{cardinal(amount)} {_MAGNITUDES.get(magnitude.lower(), magnitude)} {many}"
    whole, _, fraction = amount.partition(".")
    if fraction and len(fraction) != 2:
        return f"{cardinal(amount)} {many}"
    words = f"{cardinal(whole)} {one if whole == '1' else many}"
    if fraction in {"", "00"}:
        return words
    small = f"{cardinal(str(int(fraction)))} {cent if fraction == '01' else cents}"
    return small if whole == "0" else f"{words} and {small}"


def _measure(found: re.Match[str]) -> str:
    one, many = _UNITS[found["unit"]]
    return f"{cardinal(found['amount'])} {one if found['amount'] == '1' else many}"


def _iso_date(found: re.Match[str]) -> str:
    month, day = int(found[2]), int(found[3])
    valid = 1 <= month <= 12 and 1 <= day <= 31
    return date(found[1], month, day) + " " * bool(found[4]) if valid else found[0]


def _slashed_date(found: re.Match[str]) -> str:
    month, day = int(found[1]), int(found[2])
    if month > 12 >= day:
        month, day = day, month
    return date(found[3], month, day) if 1 <= month <= 12 and 1 <= day <= 31 else found[0]


def _month_and_day(found: re.Match[str]) -> str:
    return date(found["year"] or "", month_number(found["month"]), int(found["day"]))


def _time(found: re.Match[str]) -> str:
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if hour > 24 or minute > 59:
        return found[0]
    return clock_time(hour, minute, half.replace(".", "")) + _full_stop(found) * half.endswith(".")


def _address(found: re.Match[str]) -> str:
    text = re.sub(r"^(?:https?://|mailto:)?(?:www\.)?|[?#].*$|/+$", "", found[0])
    for sign, word in (
        ("@", "at"),
        (".", "dot"),
        ("/", "slash"),
        ("-", "dash"),
        ("_", "underscore"),
        ("+", "plus"),
        (":", "colon"),
    ):
        text = text.replace(sign, f" {word} ")
    return text


def _phone(found: re.Match[str]) -> str:
    groups = re.findall(r"\d+", found[0])
    return ("plus " if found[0].startswith("+") else "") + ", ".join(one_by_one(group) for group in groups)


def _number(found: re.Match[str]) -> str:
    digits = found[0]
    if len(digits) == 4 and digits.isdigit() and "1100" <= digits <= "2099":
        return year(digits)
    if len(digits) >= 8 and digits.isdigit() and not digits.endswith("000"):
        return one_by_one(digits)
    return cardinal(digits)


def _abbreviation(found: re.Match[str]) -> str:
    return _ABBREVIATIONS[found[1]] + _full_stop(found)


def _full_stop(found: re.Match[str]) -> str:
    """Keep the dot of an abbreviation that ends the text."""
    return "" if found.string[found.end() :].strip() else "."


def _decade(found: re.Match[str]) -> str:
    words = year(found[1])
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"


def _fraction(found: re.Match[str]) -> str:
    return _FRACTIONS.get(found[0], found[0])


def _points(found: re.Match[str]) -> str:
    return " point ".join(cardinal(part) for part in found[0].split("."))


def _longest_first(words: dict[str, tuple[str, str]]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


# The order matters: what has the most structure is read first, bare digits last.
_ENGLISH_RULES: Final[tuple[tuple[str, _Replacement], ...]] = (
    (r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\b", _address),
    (r"\bhttps?://[^\s<>\"']{1,500}[\w/]|\bwww\.[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\b(?:/[\w./-]{0,200}\w)?", _address),
    (r"\b(?:[a-z\d-]{2,63}\.){1,4}(?:com|org|net|edu|gov|io|dev|ai)\b(?:/[\w./-]{0,200}\w)?", _address),
    (r"\b([12]\d{3})-(\d\d)-(\d\d)(?:(T)(?=\d)|(?!\w))", _iso_date),
    (r"(?<![\w/])(\d{1,2})/(\d{1,2})/([12]\d{3})(?![\w/])", _slashed_date),
    (rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>[12]\d{{3}}))?(?![\w:%])", _month_and_day),
    (r"(?i)(?<![\w:.])(\d{1,2}):(\d\d)(?::\d\d)?(?: ?([ap]m\b|[ap]\.m\.?))?(?![\d:])", _time),
    (r"(?i)(?<![\w:.,])(\d{1,2})() ?([ap]m\b|[ap]\.m\.?)", _time),
    (r"(?<!\w)\+?(?:\d{1,3}[ .-])?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w)|(?<![\w-])\d{3}-\d{4}(?![\w-])", _phone),
    (rf"(?i)(?:\bUS)?(?P<sign>[$€£¥]) ?(?P<amount>{_NUMBER})(?: ?(?P<magnitude>{_MAGNITUDE})\b)?", _money),
    (r"/(?=(?:second|minute|hour|day|night|week|month|year|person|user)\b)", " per "),
    (r"\bNo\. ?(?=\d)|№ ?(?=\d)|#(?=\d)", "number "),
    (r"\b([12]\d\d0)s\b", _decade),
    (r"\b(\d{1,15})(?:st|nd|rd|th)\b", lambda found: ordinal(found[1])),
    (r"(?<=\d) ?[-–] ?(?=\d{1,6}(?![\d-]))(?<!\d-\d-)", " to "),
    (rf"(?<![\w.,])(?P<amount>{_NUMBER})[ -]?(?P<unit>{_longest_first(_UNITS)})(?![\w°/])", _measure),
    (r"\b(\d{1,2})'(\d{1,2})\"", r"\1 foot \2"),
    (r"(?<=\d) (?=[123]/[234](?![\w/]))", " and "),
    (r"(?<![\w/])[123]/[234](?![\w/])", _fraction),
    (r"\be\.g\.,?", "for example,"),
    (r"\bi\.e\.,?", "that is,"),
    (r"\bSt\. (?=[A-Z])", "Saint "),
    (rf"\b({'|'.join(_ABBREVIATIONS)})\.", _abbreviation),
    (r"(?<=[a-z] )St\.(?! [A-Z])", "Street"),
    (r"(?<![\w.])-(?=\d)", "minus "),
    (r"(?<![\w.])\.(?=\d)", "0."),
    (r"~ ?(?=\d)|≈ ?", "about "),
    (r"(?<=\d)(?: [×x] |[×x])(?=\d)", " times "),
    (r" ?\+ ?(?=\d)", " plus "),
    (r" ?= ?", " equals "),
    (r" ?& ?", " and "),
    (r"(?<![\d.])\d+(?:\.\d+){2,}", _points),
    (r"(?<=[^\W\d])(?=[0-9])|(?<=[0-9])(?=[^\W\d])", " "),
    (_NUMBER, _number),
    (r"[\[\]{}<>|\\^_~/]+", " "),
    (r" {2,}", " "),
    (r" (?=[,.;:!?])", ""),
)  # fmt: skip
_ENGLISH: Final = tuple((re.compile(pattern, re.ASCII), replacement) for pattern, replacement in _ENGLISH_RULES)


def normalise(text: str, language: str) -> str:
    """Return what is to be said for `text`.

    Markup, emoji, stage directions and control characters go in every language; in English (`language` is BCP 47) numbers, money, dates,
    times, units, addresses and abbreviations become words as well. Plain words stay as they are. Never raises for any text.
    """
    spoken = strip_markup(text)
    if language.lower().split("-")[0].split("_")[0] != "en":
        return spoken
    spoken = spoken.translate(_VULGAR_FRACTIONS)
    for pattern, replacement in _ENGLISH:
        spoken = pattern.sub(replacement, spoken)
    return spoken.strip()
