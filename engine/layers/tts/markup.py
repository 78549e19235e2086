"""What a language model writes for the eye, taken out before it is spoken."""

import re
import unicodedata
from typing import Final

_PLAIN_PUNCTUATION: Final = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "…": "...",
        "‐": "-",
        "‑": "-",
        "−": "-",
        "•": "-",
    }
)
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
_PRODUCT: Final = re.compile(r"(?<=\d)\*(?=\d)")
_SPOKEN_SYMBOLS: Final = frozenset("°©®№™")
_SPACES: Final = re.compile(r"[ \t\f\v]+")
_SPACE_BEFORE_STOP: Final = re.compile(r" (?=[,.;:!?](?:\s|$))")
_LINE_BREAK: Final = re.compile(r"[ \t]*([^\s])?[ \t]*\n\s*")


def strip_markup(text: str) -> str:
    """Return `text` on one line without Markdown, HTML tags, stage directions, emoji, control characters or unusual quotes and spaces."""
    text = unicodedata.normalize("NFC", text).translate(_PLAIN_PUNCTUATION)
    text = _PRODUCT.sub("×", text)
    text = _FENCE.sub("", text)
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    text = _TAG.sub(" ", text)
    text = _RULE.sub("", text)
    text = _LINE_START.sub("", text)
    text = _NUMBERED.sub(r"\1, ", text)
    text = _STRONG.sub(r"\2", text)
    text = _STAGE_DIRECTION.sub(r"\1", text)
    text = _EMPHASIS.sub(lambda found: found[1] or found[2], text)
    text = _SPACES.sub(" ", "".join(_kept(character) for character in text))
    text = _LINE_BREAK.sub(_sentence_break, text)
    return _SPACE_BEFORE_STOP.sub("", _SPACES.sub(" ", text)).strip()


def _kept(character: str) -> str:
    if character == "\n" or character in _SPOKEN_SYMBOLS:
        return character
    category = unicodedata.category(character)
    if category[0] in "CZ":
        return "" if category == "Cf" else " "
    if category in {"So", "Sk", "Me"} or "\ufe00" <= character <= "\ufe0f" or character in "*`":
        return " "
    return character


def _sentence_break(found: re.Match[str]) -> str:
    last = found[1] or ""
    return f"{last} " if not last or last in ".!?,;:-" else f"{last}. "
