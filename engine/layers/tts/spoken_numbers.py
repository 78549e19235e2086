"""English numbers as words."""

from typing import Final

_LONGEST_READ_AS_ONE: Final = 15
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def cardinal(digits: str) -> str:
    """Read an integer or decimal, with or without thousands commas: `1,234.5` is "one thousand two hundred thirty-four point five"."""
    whole, point, fraction = digits.replace(",", "").partition(".")
    words = _whole(whole or "0")
    return f"{words} point {one_by_one(fraction)}" if point and fraction else words


def ordinal(digits: str) -> str:
    """Read `21` as "twenty-first"."""
    if len(digits) > _LONGEST_READ_AS_ONE:
        return one_by_one(digits)
    return _num2words(int(digits), "ordinal")


def one_by_one(digits: str) -> str:
    """Read `407` as "four zero seven"."""
    return " ".join(_num2words(int(digit), "cardinal") for digit in digits if digit.isascii() and digit.isdigit())


def year(digits: str) -> str:
    """Read `1905` as "nineteen oh five" and `2026` as "twenty twenty-six"."""
    return _num2words(int(digits), "year").replace("oh-", "oh ")


def in_pairs(digits: str) -> str:
    """Read a room or flight of three or four digits: `305` is "three oh five", `1234` "twelve thirty-four", `200` "two hundred"."""
    if digits[-2:] == "00" or digits[0] == "0":
        return cardinal(digits)
    last = cardinal(digits[-2:].lstrip("0"))
    return f"{cardinal(digits[:-2])} {'oh ' * (digits[-2] == '0')}{last}"


def fraction(numerator: str, denominator: str) -> str:
    """Read `3` and `4` as "three quarters", `1` and `8` as "one eighth"."""
    one = numerator == "1"
    match denominator:
        case "2":
            part = "half" if one else "halves"
        case "4":
            part = "quarter" if one else "quarters"
        case _:
            part = ordinal(denominator) + ("" if one else "s")
    return f"{cardinal(numerator)} {part}"


def plural(words: str) -> str:
    """Make a number into several: "twenty" becomes "twenties", "nineteen hundred" "nineteen hundreds"."""
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}{'es' if words.endswith('x') else 's'}"


def clock_time(hour: int, minute: int, half: str) -> str:
    """Read a time of day without its "A.M" or "P.M"; `half` is "", "am" or "pm". `hour`: 0..24, `minute`: 0..59."""
    if not half and not minute and hour in {0, 24}:
        return "midnight"
    hours = cardinal(str(hour))
    if minute:
        return f"{hours} {'oh ' if minute < 10 else ''}{cardinal(str(minute))}"
    if half:
        return hours
    return hours + (" o'clock" if hour <= 12 else " hundred hours")


def month_number(name: str) -> int:
    """Return 1..12 for an English month or its abbreviation."""
    return next(index for index, month in enumerate(MONTHS, 1) if month.lower().startswith(name.lower()[:3]))


def _whole(digits: str) -> str:
    if len(digits) > _LONGEST_READ_AS_ONE or (len(digits) > 1 and digits[0] == "0"):
        return one_by_one(digits)
    return _num2words(int(digits), "cardinal")


def _num2words(number: int, kind: str) -> str:
    from num2words import num2words

    return str(num2words(number, to=kind)).replace(",", "").replace(" and ", " ")
