"""Text as written, turned into words as spoken."""

from typing import Final

from engine.layers.tts.english import (
    abbreviations,
    addresses,
    dates,
    identifiers,
    letters,
    mathematics,
    measures,
    money,
    numbers,
    roman,
    times,
)
from engine.layers.tts.markup import FIRST_MARK, LAST_MARK, without_markup
from engine.layers.tts.other_languages import with_numbers_said
from engine.layers.tts.traced_text import Rule, TracedText

# The order matters: what has the most structure is read first, bare digits last.
_ENGLISH: Final[tuple[Rule, ...]] = (
    *addresses.RULES,
    *abbreviations.RULES,
    *roman.RULES,
    *dates.RULES,
    *times.RULES,
    *identifiers.RULES,
    *money.RULES,
    *measures.RULES,
    *mathematics.RULES,
    *numbers.EARLY,
    *letters.RULES,
    *numbers.RULES,
)
_VULGAR_FRACTIONS: Final = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8",
}  # fmt: skip


def normalise(text: str, language: str) -> str:
    """Return what is to be said for `text`.

    Markup, emoji, stage directions and control characters go in every language. In English (`language` is BCP 47) numbers, money, dates,
    times, units, addresses, abbreviations and capitals become words as well; in the other languages that num2words knows, numbers with a
    percent sign, a currency or a unit do. Plain words stay as they are. Never raises for any text; linear in its length.
    """
    return normalised(TracedText.of(without_marks(text)), language).text


def normalised(text: TracedText, language: str) -> TracedText:
    """Do the same for a text of which some characters hold the place of pronunciations, which stay."""
    text = without_markup(text)
    primary = language.lower().split("-")[0].split("_")[0]
    if primary != "en":
        return with_numbers_said(text, primary)
    text = text.mapped(_vulgar_fraction)
    for pattern, replacement in _ENGLISH:
        text = text.replaced(pattern, replacement)
    return text.stripped()


def without_marks(text: str) -> str:
    """Take out of a text what would hold the place of a pronunciation: only a dictionary may put it there."""
    return "".join(" " if FIRST_MARK <= character <= LAST_MARK else character for character in text)


def _vulgar_fraction(character: str) -> str:
    written = _VULGAR_FRACTIONS.get(character)
    return f" {written}" if written else character
