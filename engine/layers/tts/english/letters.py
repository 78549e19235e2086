"""Words in capitals: said letter by letter, as a word, or merely loud; names with capitals inside.

Letters are written `A.P.I`, without the last dot: so espeak-ng neither takes the A for the article nor ends a sentence. Where an s follows,
the form `P-C's` gives the same.
"""

import re
from typing import Final

from engine.layers.tts.english.capitals import AS_LETTERS, AS_WORDS, SHORT_WORDS
from engine.layers.tts.english.rules import rules
from engine.layers.tts.traced_text import Rule

_SPECIAL: Final = {
    "OK": "okay", "MP3": "M.P three", "MP4": "M.P four", "B2B": "B to B", "B2C": "B to C", "P2P": "P to P", "H2O": "H two O",
    "iOS": "I.O.S", "macOS": "mac O.S", "iPadOS": "i Pad O.S", "WiFi": "Wi-Fi", "LaTeX": "lay tech", "YoY": "year over year",
    "Y2K": "Y two K", "ETAs": "E-T-A's", "CO2": "C.O two",
}  # fmt: skip
_LOUD: Final = re.compile(r"\b[A-Z]{4,}\b", re.ASCII)
_AROUND: Final = 60


def _spelled(letters: str, ending: str = "") -> str:
    return f"{'-'.join(letters)}'s" if ending else ".".join(letters)


def _capitals(found: re.Match[str]) -> str:
    word, ending = found["word"], found["ending"] or ""
    if word in AS_WORDS:
        return found[0]
    shouted = _shouted(found)
    if word in SHORT_WORDS and (shouted or word not in AS_LETTERS):
        return found[0].lower() if word != "I" else found[0]
    if word in AS_LETTERS or not re.search("[AEIOUY]", word) or (len(word) <= 3 and not shouted):
        return _spelled(word, ending) if len(word) <= 7 else found[0].lower()
    return found[0].lower() if len(word) > 1 else found[0]


def _shouted(found: re.Match[str]) -> bool:
    """Whether a word nearby is in capitals that are no abbreviation."""
    start, end = found.span()
    around = found.string[max(0, start - _AROUND) : start] + " " + found.string[end : end + _AROUND]
    return any(_is_loud(word[0]) for word in _LOUD.finditer(around)) or (
        len(found["word"]) > 3 and _is_loud(found["word"])
    )


def _is_loud(word: str) -> bool:
    return word not in AS_WORDS and word not in AS_LETTERS and bool(re.search("[AEIOUY]", word))


def _letters_and_digits(found: re.Match[str]) -> str:
    letters, digits = found[1], found[2]
    if letters in AS_WORDS:
        return f"{letters} {digits}"
    return f"{_spelled(letters)}{'-' if letters == 'A' else ' '}{digits}"


RULES: Final[tuple[Rule, ...]] = rules(
    (rf"(?<![\w.])(?:{'|'.join(_SPECIAL)})(?!\w)", lambda found: _SPECIAL[found[0]]),
    (r"(?<=[a-z])(?<!\bMc)(?<!\bMac)(?<!\b[DL][aei])(?=[A-Z])", " "),
    (r"(?<![\w.])([A-Z]{1,5})-?(\d{1,4})(?![\w,]|\.\d)", _letters_and_digits),
    (r"(?<![\w.'])(?P<word>[A-Z]{2,40})(?P<ending>'?s)?(?!\w)(?!\.[A-Z])", _capitals),
)  # fmt: skip
