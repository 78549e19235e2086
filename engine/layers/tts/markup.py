"""What a language model writes for the eye, taken out before it is spoken."""

import re
import unicodedata
from typing import Final

from engine.layers.tts.traced_text import Piece, TracedText, kept

_PLAIN_PUNCTUATION: Final = {
    "’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "…": "...", "‐": "-", "‑": "-", "−": "-", "•": "-",
}  # fmt: skip
_FENCE: Final = re.compile(r"```[^\n`]{0,40}\n?|~~~[^\n~]{0,40}\n?")
_IMAGE: Final = re.compile(r"!\[([^\[\]\n]{0,200})\]\([^()\s]{0,500}\)")
_LINK: Final = re.compile(r"\[([^\[\]\n]{1,200})\]\([^()\s]{0,500}\)")
_TAG: Final = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>")
_LINE_START: Final = re.compile(r"(?m)^[ \t]*(?:#{1,6}[ \t]+|>+[ \t]*|[-*+][ \t]+(?:\[[ xX]\][ \t]*)?)")
_RULE: Final = re.compile(r"(?m)^[ \t]*(?:[-*_=][ \t]*){3,}$")
_NUMBERED: Final = re.compile(r"(?m)^[ \t]*(\d{1,2})[.)][ \t]+(?=\S)")
_STRONG: Final = re.compile(r"(\*\*\*|\*\*|___|__|~~)(?=\S)([^\n]{1,400}?)(?<=\S)\1")
# *smiles* alone, or before the start of a sentence: something done, not said. "That is *really* good" is emphasis.
_STAGE_DIRECTION: Final = re.compile(
    r"(?:(?<=[.!?…:])|^)(\s*)\*[a-z][^*\n]{0,80}\*(?=\s*(?:$|[A-Z\"'\n]))|\[(?:[a-z ]{3,30})\]"
)
_EMPHASIS: Final = re.compile(
    r"(?<![\w*])\*(?=\S)([^*\n]{1,200}?)(?<=\S)\*(?![\w*])|(?<!\w)_(?=\S)([^_\n]{1,200}?)(?<=\S)_(?!\w)"
)
_SMILEY: Final = re.compile(r"(?<!\S)(?:[:;]-?[()DPp]|<3|:-?/|\^\^)(?=[\s.,!?]|$)")
_LONE_CARET: Final = re.compile(r"(?<![\w)])\^|\^(?!-?\w)")
_PRODUCT: Final = re.compile(r"(?<=\d)\*(?=\d)")
FIRST_MARK: Final = "\U000f0000"
LAST_MARK: Final = "\U000ffffd"
"""Characters of the private use area: while a text is normalised, each holds the place of a dictionary's IPA."""
_SPOKEN_SYMBOLS: Final = frozenset("°©®№™^")
_SPACES: Final = re.compile(r"[ \t\f\v]+")
_SPACE_BEFORE_STOP: Final = re.compile(r" (?=[,.;:!?](?:\s|$))")
_LINE_BREAK: Final = re.compile(r"[ \t]*([^\s])?[ \t]*\n\s*")


def without_markup(text: TracedText) -> TracedText:
    """Return `text` on one line without Markdown, HTML tags, stage directions, emoji, control characters or unusual quotes and spaces."""
    text = text.composed().mapped(_plain)
    text = text.replaced(_PRODUCT, "×").replaced(_FENCE, "")
    text = text.replaced(_IMAGE, lambda found: [kept(found, 1)]).replaced(_LINK, lambda found: [kept(found, 1)])
    text = text.replaced(_TAG, " ").replaced(_RULE, "").replaced(_LINE_START, "")
    text = text.replaced(_NUMBERED, lambda found: [kept(found, 1), (", ", *found.span(1))])
    text = text.replaced(_STRONG, lambda found: [kept(found, 2)])
    text = text.replaced(_STAGE_DIRECTION, lambda found: found[1] or "")
    text = text.replaced(_EMPHASIS, lambda found: [kept(found, 1 if found[1] else 2)])
    text = text.replaced(_SMILEY, "").replaced(_LONE_CARET, " ").mapped(_shown).replaced(_SPACES, " ")
    text = text.replaced(_LINE_BREAK, _sentence_break)
    return text.replaced(_SPACES, " ").replaced(_SPACE_BEFORE_STOP, "").stripped()


def _plain(character: str) -> str:
    return _PLAIN_PUNCTUATION.get(character, character)


def _shown(character: str) -> str:
    if character == "\n" or character in _SPOKEN_SYMBOLS or FIRST_MARK <= character <= LAST_MARK:
        return character
    category = unicodedata.category(character)
    if category[0] in "CZ":
        return "" if category == "Cf" else " "
    if category in {"So", "Sk", "Me"} or "\ufe00" <= character <= "\ufe0f" or character in "*`":
        return " "
    return character


def _sentence_break(found: re.Match[str]) -> list[Piece]:
    last = found[1] or ""
    stop = " " if not last or last in ".!?,;:-" else ". "
    end = found.end(1) if last else found.start()
    return [*([kept(found, 1)] if last else []), (stop, end, end)]
