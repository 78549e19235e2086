"""Word error rate, blind to how numbers, capitals and punctuation are written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_WRITTEN: Final = {
    "ok": "okay", "mr": "mister", "mrs": "missus", "dr": "doctor", "o'clock": "oclock", "grey": "gray",
    "cannot": "can not", "colour": "color", "favour": "favor", "honour": "honor",
    "neighbour": "neighbor", "towards": "toward", "alright": "all right", "etc": "etcetera",
}  # fmt: skip
_MONTHS: Final = "january|february|march|april|may|june|july|august|september|october|november|december"


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Errors against the words of the references."""

    errors: int
    words: int

    @property
    def rate(self) -> float:
        """Errors per word of the references."""
        return self.errors / max(self.words, 1)


def word_errors(references: Sequence[str], heard: Sequence[str]) -> WordErrors:
    """Count substitutions, insertions and deletions over pairs of texts."""
    errors, count = 0, 0
    for reference, text in zip(references, heard, strict=True):
        wanted = plain_words(reference)
        errors += _distance(wanted, plain_words(text))
        count += len(wanted)
    return WordErrors(errors, count)


def plain_words(text: str) -> list[str]:
    """Lower-case words with numbers spelt out."""
    text = text.lower().replace("’", "'").replace("%", " percent ").replace("&", " and ")
    text = re.sub(r"\$\s*(\d+)\.(\d\d)\b", r"\1 dollars and \2 cents", text)
    text = re.sub(r"\$\s*(\d[\d,]*)", r"\1 dollars", text)
    text = re.sub(r"\b(\d{1,2}):00\b", r"\1 oclock", text)
    text = re.sub(r"\bat (\d{1,2}):?([0-5]\d)\b(?![,.]?\d)", r"at \1 \2", text)  # a time of day
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    text = re.sub(rf"(?:the )?(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({_MONTHS})\b", r"the \1th of \2", text)
    text = re.sub(r"(\d+)(st|nd|rd|th)\b", lambda found: _number(found[1], "ordinal"), text)
    text = re.sub(r"\d+", lambda found: f" {_number(found[0], 'cardinal')} ", text)
    words = re.sub(r"[^a-z' ]+", " ", text).replace("'", "").split()
    return " ".join(_WRITTEN.get(word, word) for word in words).split()


def _number(digits: str, to: str) -> str:
    from num2words import num2words

    if to == "cardinal" and len(digits) > 4:  # a number that is read digit by digit
        return " ".join(num2words(int(digit)) for digit in digits)
    return str(num2words(int(digits), to=to)).replace("-", " ").replace(",", "")


def _distance(wanted: Sequence[str], heard: Sequence[str]) -> int:
    row = list(range(len(heard) + 1))
    for place, word in enumerate(wanted, 1):
        above, row[0] = row[0], place
        for column, other in enumerate(heard, 1):
            above, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, above + (word != other))
    return row[-1]
