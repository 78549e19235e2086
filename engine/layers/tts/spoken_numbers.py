"""English numbers as words."""

from typing import Final

_LONGEST_READ_AS_ONE: Final = 15
_MONTHS: Final = (
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


def date(year_digits: str, month: int, day: int) -> str:
    """Read a date as "March fourth, twenty twenty-five"; without `year_digits` the year is left out. `month`: 1..12."""
    words = f"{_MONTHS[month - 1]} {ordinal(str(day))}"
    return f"{words}, {year(year_digits)}" if year_digits else words


def clock_time(hour: int, minute: int, half: str) -> str:
    """Read a time of day; `half` is "", "am" or "pm"."""
    hours = cardinal(str(hour))
    if minute:
        hours += f" {'oh ' if minute < 10 else ''}{cardinal(str(minute))}"
    elif not half:
        hours += " o'clock" if 0 < hour <= 12 else " hundred hours"
    return f"{hours} {' '.join(half.upper())}" if half else hours


def month_number(name: str) -> int:
    """Return 1..12 for an English month or its abbreviation."""
    return next(index for index, month in enumerate(_MONTHS, 1) if month.lower().startswith(name.lower()[:3]))


def _whole(digits: str) -> str:
    if len(digits) > _LONGEST_READ_AS_ONE or (len(digits) > 1 and digits[0] == "0"):
        return one_by_one(digits)
    return _num2words(int(digits), "cardinal")


def _num2words(number: int, kind: str) -> str:
    from num2words import num2words

    return str(num2words(number, to=kind)).replace(",", "").replace(" and ", " ")
