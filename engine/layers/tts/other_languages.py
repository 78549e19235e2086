"""Numbers with a percent sign, a currency or a unit, in languages other than English.

espeak-ng reads bare digits in its languages by itself; what it does not is the order in which an amount is said, and most signs. Gender and
case are not agreed.
"""

import re
from dataclasses import dataclass
from typing import Final

from engine.layers.tts.traced_text import Piece, TracedText


@dataclass(frozen=True, slots=True)
class _Language:
    """How one language writes and says amounts."""

    thousands: str
    decimal: str
    point: str
    """The decimal sign, said."""
    percent: str
    degrees: str
    conjunction: str
    """Between the whole amount and the hundredths; empty for none."""
    currencies: dict[str, tuple[str, str]]
    """One and many."""
    units: dict[str, tuple[str, str]]
    minus: str
    one: str
    """Before the name of a thing."""


def _same(**names: str) -> dict[str, tuple[str, str]]:
    return {sign: (name, name) for sign, name in names.items()}


_LANGUAGES: Final = {
    "de": _Language(
        ".", ",", "Komma", "Prozent", "Grad", "",
        {"€": ("Euro", "Euro"), "$": ("Dollar", "Dollar"), "£": ("Pfund", "Pfund"), "CHF": ("Franken", "Franken")},
        {**_same(km="Kilometer", m="Meter", cm="Zentimeter", mm="Millimeter", kg="Kilogramm", g="Gramm", l="Liter", ml="Milliliter",
                 GB="Gigabyte", MB="Megabyte"), "km/h": ("Kilometer pro Stunde", "Kilometer pro Stunde")},
        "minus", "ein",
    ),
    "fr": _Language(
        " ", ",", "virgule", "pour cent", "degrés", "",
        {"€": ("euro", "euros"), "$": ("dollar", "dollars"), "£": ("livre", "livres"), "CHF": ("franc suisse", "francs suisses")},
        {"km": ("kilomètre", "kilomètres"), "m": ("mètre", "mètres"), "cm": ("centimètre", "centimètres"), "kg": ("kilo", "kilos"),
         "g": ("gramme", "grammes"), "l": ("litre", "litres"), "km/h": ("kilomètre heure", "kilomètres heure"),
         "Go": ("gigaoctet", "gigaoctets")},
        "moins", "un",
    ),
    "es": _Language(
        ".", ",", "coma", "por ciento", "grados", "con",
        {"€": ("euro", "euros"), "$": ("dólar", "dólares"), "£": ("libra", "libras")},
        {"km": ("kilómetro", "kilómetros"), "m": ("metro", "metros"), "cm": ("centímetro", "centímetros"), "kg": ("kilo", "kilos"),
         "g": ("gramo", "gramos"), "l": ("litro", "litros"), "km/h": ("kilómetro por hora", "kilómetros por hora")},
        "menos", "un",
    ),
    "it": _Language(
        ".", ",", "virgola", "per cento", "gradi", "e",
        {"€": ("euro", "euro"), "$": ("dollaro", "dollari"), "£": ("sterlina", "sterline")},
        {"km": ("chilometro", "chilometri"), "m": ("metro", "metri"), "cm": ("centimetro", "centimetri"), "kg": ("chilo", "chili"),
         "g": ("grammo", "grammi"), "l": ("litro", "litri"), "km/h": ("chilometro orario", "chilometri orari")},
        "meno", "un",
    ),
    "pt": _Language(
        ".", ",", "vírgula", "por cento", "graus", "e",
        {"€": ("euro", "euros"), "$": ("dólar", "dólares"), "R$": ("real", "reais")},
        {"km": ("quilômetro", "quilômetros"), "m": ("metro", "metros"), "cm": ("centímetro", "centímetros"), "kg": ("quilo", "quilos"),
         "g": ("grama", "gramas"), "l": ("litro", "litros"), "km/h": ("quilômetro por hora", "quilômetros por hora")},
        "menos", "um",
    ),
    "nl": _Language(
        ".", ",", "komma", "procent", "graden", "",
        {"€": ("euro", "euro"), "$": ("dollar", "dollar"), "£": ("pond", "pond")},
        {**_same(km="kilometer", m="meter", cm="centimeter", kg="kilo", g="gram", l="liter"),
         "km/h": ("kilometer per uur", "kilometer per uur")},
        "min", "een",
    ),
}  # fmt: skip
_SIGNS: Final = r"R\$|[€$£]|CHF"
_AMOUNT: Final = (
    r"(?P<minus>(?<!\w)-)?(?P<amount>\d{1,3}(?:[.  ]\d{3})+(?:,\d{1,2})?|\d{1,15}(?:[.,]\d{1,6})?)(?![.,]?\d)"
)
_SIGN_FIRST: Final = re.compile(rf"(?<![\w.,])(?P<sign>{_SIGNS}) ?{_AMOUNT}")
_SIGN_LAST: Final = re.compile(rf"(?<![\w.,]){_AMOUNT} ?(?P<sign>{_SIGNS})(?!\w)")
_WITH_UNIT: Final = re.compile(rf"(?<![\w.,]){_AMOUNT} ?(?P<unit>%|°C?|km/h|km|cm|mm|m|kg|g|ml|l|GB|MB|Go)(?![\w/²³])")


def with_numbers_said(text: TracedText, language: str) -> TracedText:
    """Say amounts of money, percentages and measures in `language` (its primary tag); others stay as they are written."""
    known = _LANGUAGES.get(language)
    if known is None:
        return text

    def money(found: re.Match[str]) -> str | list[Piece]:
        names = known.currencies.get(found["sign"])
        words = _number(found, known, language, hundredths=True) if names else None
        if names is None or words is None:
            return found[0]
        whole, hundredths = words
        name = names[0] if _plain(found["amount"], known).split(".")[0] == "1" else names[1]
        link = f" {known.conjunction}" if known.conjunction else ""
        return f"{whole} {name}{link} {hundredths}" if hundredths else f"{whole} {name}"

    def measure(found: re.Match[str]) -> str | list[Piece]:
        unit = found["unit"]
        names = {
            "%": (known.percent, known.percent),
            "°": (known.degrees, known.degrees),
            "°C": (f"{known.degrees} Celsius",) * 2,
        }.get(unit) or known.units.get(unit)
        words = _number(found, known, language, hundredths=False) if names else None
        if names is None or words is None:
            return found[0]
        name = names[0] if _plain(found["amount"], known) == "1" else names[1]
        return [(words[0], found.start(), found.end("amount")), (f" {name}", found.end("amount"), found.end())]

    return text.replaced(_SIGN_FIRST, money).replaced(_SIGN_LAST, money).replaced(_WITH_UNIT, measure)


def _plain(amount: str, language: _Language) -> str:
    """Return the number as Python writes it: a lone separator before exactly three digits separates thousands."""
    amount = re.sub(r"[  ]", "", amount)
    if language.thousands == "." and re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", amount):
        amount = amount.replace(".", "")
    return amount.replace(",", ".")


def _number(found: re.Match[str], known: _Language, language: str, *, hundredths: bool) -> tuple[str, str] | None:
    """Return the words of the whole number and of the hundredths; in one, when the hundredths are not to be told apart."""
    whole, _, fraction = _plain(found["amount"], known).partition(".")
    if "." in fraction:
        return None
    minus = f"{known.minus} " if found["minus"] else ""
    words = _words(int(whole), language)
    if not fraction.strip("0") and found["amount"] == "1":
        words = words if found.groupdict().get("unit") == "%" and language in {"es", "it"} else known.one
    if language == "es" and hundredths:
        words = re.sub("iuno$", "iún", re.sub("(?<= )uno$", "un", words))
    words = minus + words
    if hundredths and len(fraction) == 2:
        return words, _words(int(fraction), language) if fraction != "00" else ""
    if fraction:
        words += f" {known.point} " + " ".join(_words(int(digit), language) for digit in fraction)
    return words, ""


def _words(number: int, language: str) -> str:
    from num2words import num2words

    words = str(num2words(number, lang="pt_BR" if language == "pt" else language))
    return re.sub(r"\s+", " ", words)
