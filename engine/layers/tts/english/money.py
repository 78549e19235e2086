"""Amounts of money."""

import re
from typing import Final

from engine.layers.tts.english.rules import NUMBER, alternatives, describes, rules
from engine.layers.tts.spoken_numbers import cardinal
from engine.layers.tts.traced_text import Piece, Rule

_SIGNS: Final = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "US$": ("U.S dollar", "U.S dollars", "cent", "cents"),
    "CA$": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "C$": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "A$": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "NZ$": ("New Zealand dollar", "New Zealand dollars", "cent", "cents"),
    "HK$": ("Hong Kong dollar", "Hong Kong dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "sen", "sen"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₩": ("won", "won", "jeon", "jeon"),
    "₽": ("ruble", "rubles", "kopeck", "kopecks"),
    "₺": ("lira", "lira", "kurus", "kurus"),
    "₿": ("bitcoin", "bitcoin", "", ""),
}
_CODES: Final = {
    "USD": _SIGNS["US$"], "CAD": _SIGNS["CA$"], "AUD": _SIGNS["A$"], "NZD": _SIGNS["NZ$"], "HKD": _SIGNS["HK$"], "EUR": _SIGNS["€"],
    "GBP": _SIGNS["£"], "JPY": _SIGNS["¥"], "INR": _SIGNS["₹"], "KRW": _SIGNS["₩"], "RUB": _SIGNS["₽"], "TRY": _SIGNS["₺"],
    "BTC": _SIGNS["₿"],
    "CHF": ("Swiss franc", "Swiss francs", "centime", "centimes"),
    "CNY": ("yuan", "yuan", "fen", "fen"),
    "SEK": ("Swedish krona", "Swedish kronor", "ore", "ore"),
    "NOK": ("Norwegian krone", "Norwegian kroner", "ore", "ore"),
    "DKK": ("Danish krone", "Danish kroner", "ore", "ore"),
    "PLN": ("zloty", "zlotys", "grosz", "groszy"),
    "BRL": ("Brazilian real", "Brazilian reals", "centavo", "centavos"),
    "MXN": ("Mexican peso", "Mexican pesos", "centavo", "centavos"),
}  # fmt: skip
_MAGNITUDES: Final = {
    "k": "thousand",
    "m": "million",
    "mn": "million",
    "bn": "billion",
    "b": "billion",
    "tn": "trillion",
    "t": "trillion",
}
MAGNITUDE: Final = "thousand|[mb]illion|trillion|bn|tn|mn|[kmbtKMBT]"
_SIGN: Final = alternatives(_SIGNS)
_CODE: Final = alternatives(_CODES)
_PER: Final = {
    "mo": "month", "yr": "year", "hr": "hour", "wk": "week", "lb": "pound", "sqft": "square foot", "gal": "gallon",
}  # fmt: skip


def _money(found: re.Match[str]) -> list[Piece]:
    named = found.groupdict()
    names = _SIGNS.get(named.get("sign") or "") or _CODES[named.get("code") or named.get("sign") or ""]
    magnitude = found["magnitude"]
    minus = "minus " if named.get("minus") or named.get("inner") else ""
    start, end = found.span()
    if magnitude:
        one_many = names[0] if describes(found) else names[1]
        middle = found.start("magnitude")
        word = _MAGNITUDES.get(magnitude.lower(), magnitude)
        amount = cardinal(found["amount"].replace(",", ""))
        if named.get("code") and found.start("code") > middle:
            code = found.start("code")
            return [(f"{minus}{amount} ", start, middle), (f"{word} ", middle, code), (one_many, code, end)]
        return [(f"{minus}{amount} ", start, middle), (f"{word} {one_many}", middle, end)]
    amount = found["amount"].replace(",", "")
    return [(minus + _amount(amount, names, describes(found)), start, end)]


def _amount(amount: str, names: tuple[str, str, str, str], describes: bool) -> str:
    one, many, cent, cents = names
    if describes:
        many = one
    whole, _, fraction = amount.partition(".")
    if fraction and (len(fraction) != 2 or not cent):
        return f"{cardinal(amount)} {many}"
    words = f"{cardinal(whole)} {one if whole == '1' else many}"
    if fraction in {"", "00"}:
        return words
    small = f"{cardinal(str(int(fraction)))} {cent if fraction == '01' else cents}"
    return small if whole.strip("0") == "" else f"{words} and {small}"


def _lower_end(found: re.Match[str]) -> list[Piece]:
    """Say the first amount of a range without its currency, which comes after the second."""
    sign = found.start("upper_sign")
    return [(f"{cardinal(found['lower'])} to ", found.start(), found.end("dash")), (found["sign"], sign, found.end())]


def _cents(found: re.Match[str]) -> str:
    return f"{cardinal(found[1])} cent{'s' * (found[1] != '1')}"


def _per(found: re.Match[str]) -> str:
    return f" per {_PER.get(found[1], found[1])}"


_AMOUNT: Final = rf"(?P<amount>{NUMBER})(?: ?(?P<magnitude>{MAGNITUDE})(?!\w))?"
RULES: Final[tuple[Rule, ...]] = rules(
    (
        rf"(?<!\w)(?P<sign>{_SIGN}) ?(?P<lower>{NUMBER})(?P<dash> ?[-–] ?)(?P<upper_sign>(?P=sign)|)(?=\d)",
        _lower_end,
    ),
    (rf"(?:(?<![\w.])(?P<minus>-) ?)?(?<!\w)(?P<sign>{_SIGN}) ?(?P<inner>-)?{_AMOUNT}", _money),
    (rf"\b(?P<code>{_CODE}) ?{_AMOUNT}", _money),
    (rf"(?<![\w.,])(?P<amount>{NUMBER})(?: ?(?P<magnitude>{MAGNITUDE})\b)? ?(?P<code>{_CODE})\b", _money),
    (rf"(?<![\w.,])(?P<amount>{NUMBER})(?P<magnitude>) ?(?P<sign>[€£¥₹₽])", _money),
    (rf"(?<![\w.,])({NUMBER}) ?¢", _cents),
    (
        r"(?<=[\w%])/(second|minute|hour|day|night|week|month|year|person|user|unit|item|share|mile|month"
        r"|mo|yr|hr|wk|lb|sqft|gal)\b(?=[^/]|$)",
        _per,
    ),
)  # fmt: skip
