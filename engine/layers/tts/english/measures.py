"""Numbers with units."""

import re
from typing import Final

from engine.layers.tts.english.rules import NUMBER, alternatives, describes, rules
from engine.layers.tts.spoken_numbers import cardinal, fraction, in_pairs
from engine.layers.tts.traced_text import Piece, Rule, Said


def _regular(**names: str) -> dict[str, tuple[str, str]]:
    return {sign: (name, f"{name}s") for sign, name in names.items()}


_UNITS: Final[dict[str, tuple[str, str]]] = {
    **_regular(
        km="kilometer", cm="centimeter", mm="millimeter", m="meter", nm="nanometer", mi="mile", yd="yard", yds="yard", ha="hectare",
        kg="kilogram", mg="milligram", g="gram", lbs="pound", lb="pound", oz="ounce", ml="milliliter", mL="milliliter", cl="centiliter",
        dl="deciliter", l="liter", L="liter", gal="gallon", qt="quart", tsp="teaspoon", tbsp="tablespoon",
        ms="millisecond", ns="nanosecond", sec="second", secs="second", min="minute", mins="minute", hrs="hour", hr="hour", h="hour",
        yr="year", yrs="year", wk="week", wks="week",
        kB="kilobyte", KB="kilobyte", MB="megabyte", GB="gigabyte", TB="terabyte", PB="petabyte", MiB="mebibyte", GiB="gibibyte",
        kW="kilowatt", MW="megawatt", GW="gigawatt", W="watt", V="volt", kV="kilovolt", kWh="kilowatt hour", MWh="megawatt hour",
        mAh="milliamp hour", mA="milliamp", dB="decibel", kcal="kilocalorie", cal="calorie", kJ="kilojoule", kPa="kilopascal",
        hPa="hectopascal", px="pixel", MP="megapixel",
    ),
    "km/h": ("kilometer per hour", "kilometers per hour"), "kph": ("kilometer per hour", "kilometers per hour"),
    "mph": ("mile per hour", "miles per hour"), "mpg": ("mile per gallon", "miles per gallon"),
    "m/s": ("meter per second", "meters per second"), "m/s²": ("meter per second squared", "meters per second squared"),
    "Mbps": ("megabit per second", "megabits per second"), "Gbps": ("gigabit per second", "gigabits per second"),
    "kbps": ("kilobit per second", "kilobits per second"), "Mbit/s": ("megabit per second", "megabits per second"),
    "MB/s": ("megabyte per second", "megabytes per second"), "GB/s": ("gigabyte per second", "gigabytes per second"),
    "fps": ("frame per second", "frames per second"), "rpm": ("revolution per minute", "revolutions per minute"),
    "bpm": ("beat per minute", "beats per minute"), "ppm": ("part per million", "parts per million"),
    "ft": ("foot", "feet"), "sq ft": ("square foot", "square feet"), "ft²": ("square foot", "square feet"),
    "µm": ("micrometer", "micrometers"), "μm": ("micrometer", "micrometers"), "µs": ("microsecond", "microseconds"),
    "m²": ("square meter", "square meters"), "km²": ("square kilometer", "square kilometers"),
    "cm²": ("square centimeter", "square centimeters"),
    "m³": ("cubic meter", "cubic meters"), "cm³": ("cubic centimeter", "cubic centimeters"), "sq m": ("square meter", "square meters"),
    "Hz": ("hertz", "hertz"), "kHz": ("kilohertz", "kilohertz"), "MHz": ("megahertz", "megahertz"), "GHz": ("gigahertz", "gigahertz"),
    "Ω": ("ohm", "ohms"), "psi": ("P.S.I", "P.S.I"), "dpi": ("D.P.I", "D.P.I"),
    "°C": ("degree Celsius", "degrees Celsius"), "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "° C": ("degree Celsius", "degrees Celsius"), "° F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"), "%": ("percent", "percent"),
}  # fmt: skip
_UNIT: Final = alternatives(_UNITS)
_POWERS: Final = str.maketrans({"2": "²", "3": "³"})


def _amount(written: str) -> tuple[str, bool]:
    """Return the words, and whether one thing is meant."""
    whole, _, rest = written.rpartition(" ")
    numerator, slash, denominator = rest.partition("/")
    if not slash:
        return cardinal(written), written == "1"
    part = fraction(numerator, denominator)
    return (f"{cardinal(whole)} and {_a(part)}", False) if whole else (part, True)


def _a(part: str) -> str:
    return f"a {part[4:]}" if part.startswith("one ") and part != "one eighth" else part


def _part_of(part: str, one: str) -> str:
    article = "an" if one.startswith(("ounce", "acre", "inch", "hour")) else "a"
    return f"half {article}" if part == "one half" else f"{part} of {article}"


def _part(found: re.Match[str]) -> list[Piece]:
    part = _part_of(fraction(found[1], found[2]), found[3])
    return [(part, found.start(), found.end(2)), (f" {found[3]}", found.end(2), found.end())]


def _measure(found: re.Match[str]) -> Said:
    sign = found["unit"]
    one, many = _UNITS[sign]
    words, single = _amount(found["amount"])
    joined = found["join"] == "-"  # "a 5-km run"
    if "/" in found["amount"] and " " not in found["amount"] and not joined:
        return [(f"{_part_of(words, one)} ", *found.span("amount")), (one, found.start("unit"), found.end())]
    unit = one if single or joined or describes(found) else many
    said: list[Piece] = [
        (words, *found.span("amount")),
        ("-" if joined else " ", *found.span("join")),
        (unit, found.start("unit"), found.end()),
    ]
    return said


def _power(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2].translate(_POWERS)}"


def _feet_and_inches(found: re.Match[str]) -> str:
    return f"{cardinal(found[1])} foot {cardinal(found[2])}"


def _inches(found: re.Match[str]) -> list[Piece]:
    words = f" inch{'es' * (found['amount'] != '1')}"
    return [(cardinal(found["amount"]), *found.span("amount")), (words, found.end("amount"), found.end())]


def _by(found: re.Match[str]) -> list[Piece]:
    return [(" by ", *found.span())]


def _resolution(found: re.Match[str]) -> str:
    return f"{in_pairs(found[1])} by {in_pairs(found[2])}"


_FRACTION: Final = r"(?:\d{1,3} )?[1-9]/[2-9](?![\d/])|"
RULES: Final[tuple[Rule, ...]] = rules(
    (r"(?<![\w.%°])-(?=\d)", "minus "),
    (r"(?<=\d)( ?(?:km|cm|mm|m|ft))\^?([23])(?!\w)", _power),
    (r"(?<![\w.,])(\d)'(\d{1,2})(?:\"|''|(?!\w))", _feet_and_inches),
    (r"(?<![\w.,])(\d) ?ft\.? (\d{1,2}) ?in\b\.?", _feet_and_inches),
    (rf"(?<![\w.,\"'])(?P<amount>{NUMBER})(?:\"(?=[ ,.;)]|$)| ?in\.(?= [a-z]))", _inches),
    (r"(?<=\d)(?: ?% ?)(?=[-–] ?\d+(?:\.\d+)? ?%)", ""),
    (rf"(?<=\d) ?[-–] ?(?=\d{{1,6}}(?:\.\d+)?[ -]?(?:{_UNIT})(?![\w°/]))(?<!\d-\d-)", " to "),
    (rf"(?<![\w.,/])(?P<amount>{_FRACTION}{NUMBER})(?P<join>[ -]?)(?P<unit>{_UNIT})(?![\w°/²³]|-\w)(?:(?<=[a-z])\.(?= [a-z]))?", _measure),
    (rf"(?<![\w.,/])(?P<amount>{NUMBER})(?P<join>-)(?P<unit>{_UNIT})(?=-\w)", _measure),
    (r"(?<![\w/.])([1-9])/([2-9]) (cup|mile|inch|hour|pound|teaspoon|tablespoon|ounce|pint|gallon|acre)\b", _part),
    (r"(?<![\w.,])(\d{3,4}) ?[x×] ?(\d{3,4})(?![\w.,])", _resolution),
    (r"(?<=\d) ?x ?(?=\d)", _by),
)  # fmt: skip
