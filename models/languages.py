"""The languages that conversations may name: what each is called, how well it is recognised, and what the basic voice makes of it.

Which voices and recognisers there are for them says the catalogue (`models.language_table` puts the two together).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Hearing(StrEnum):
    """How well the largest Whisper recognises a language: the word error rate on FLEURS that its makers published for large-v3.

    (Characters instead of words where words are not written apart.) Read speech of one person; dialects and noise are harder.
    Smaller models are one or two steps worse.
    """

    VERY_GOOD = "very good"
    """Up to about 6 %."""
    GOOD = "good"
    """Up to about 13 %."""
    FAIR = "fair"
    """Up to about 30 %."""
    WEAK = "weak"
    """More."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language that a conversation may name."""

    name: str
    """In English, in full."""
    code: str
    """ISO 639-1, as recognisers and voices name it."""
    hearing: Hearing
    basic_voice: bool = True
    """Whether the basic voice (espeak-ng) speaks it so that it can be understood."""
    regions: Mapping[str, str] = field(default_factory=dict)
    """Variants that are known by name: English name in lower case -> ISO 3166-1 code."""
    region: str = ""
    """ISO 3166-1 code of the variant that is meant when none is named."""
    note: str = ""
    """Why there is no better voice for it, for people to read."""


_NC = "Piper's voice is trained on recordings for non-commercial use"
_UNSTATED = "Piper's voices are non-commercial, or their recordings carry no licence"
_NONE = "Piper has no voice"
_PRIVATE = "Piper's voice may not be used by organisations"

LANGUAGES: tuple[Language, ...] = (
    Language("English", "en", Hearing.VERY_GOOD, region="US"),
    Language("French", "fr", Hearing.VERY_GOOD, regions={"france": "FR", "canada": "CA"}, region="FR"),
    Language("German", "de", Hearing.VERY_GOOD, region="DE"),
    Language("Spanish", "es", Hearing.VERY_GOOD, regions={"spain": "ES", "mexico": "MX"}, region="ES"),
    Language("Portuguese", "pt", Hearing.VERY_GOOD, regions={"brazil": "BR", "portugal": "PT"}, region="BR"),
    Language("Chinese", "zh", Hearing.GOOD, region="CN", note=_UNSTATED),
    Language(
        "Japanese",
        "ja",
        Hearing.VERY_GOOD,
        basic_voice=False,
        region="JP",
        note=f"{_NC}; espeak-ng reads kana alone and spells kanji as signs",
    ),
    Language("Hindi", "hi", Hearing.FAIR, region="IN", note=_UNSTATED),
    Language("Italian", "it", Hearing.VERY_GOOD, region="IT"),
    Language("Korean", "ko", Hearing.VERY_GOOD, region="KR", note=_NC),
    Language("Dutch", "nl", Hearing.VERY_GOOD, region="NL"),
    Language("Polish", "pl", Hearing.VERY_GOOD, region="PL"),
    Language("Russian", "ru", Hearing.VERY_GOOD, region="RU"),
    Language("Swedish", "sv", Hearing.GOOD, region="SE"),
    Language("Turkish", "tr", Hearing.GOOD, region="TR", note=f"{_NC}; the others were withdrawn by their speakers"),
    Language("Indonesian", "id", Hearing.VERY_GOOD, region="ID", note=_NC),
    Language(
        "Filipino", "tl", Hearing.GOOD, basic_voice=False, region="PH", note=f"{_NONE}; espeak-ng does not speak it"
    ),
    Language("Bulgarian", "bg", Hearing.GOOD, region="BG"),
    Language("Romanian", "ro", Hearing.GOOD, region="RO"),
    Language(
        "Arabic",
        "ar",
        Hearing.GOOD,
        regions={"saudi arabia": "SA", "uae": "AE", "united arab emirates": "AE"},
        note=f"{_UNSTATED}; dialects are recognised much worse than the standard language",
    ),
    Language("Czech", "cs", Hearing.GOOD, region="CZ"),
    Language("Greek", "el", Hearing.GOOD, region="GR"),
    Language("Finnish", "fi", Hearing.GOOD, region="FI"),
    Language("Croatian", "hr", Hearing.GOOD, region="HR", note=_NONE),
    Language("Malay", "ms", Hearing.GOOD, region="MY", note=_NONE),
    Language("Slovak", "sk", Hearing.GOOD, region="SK"),
    Language("Danish", "da", Hearing.GOOD, region="DK"),
    Language("Tamil", "ta", Hearing.FAIR, region="IN", note=_NONE),
    Language("Ukrainian", "uk", Hearing.GOOD, region="UA"),
    Language("Hungarian", "hu", Hearing.GOOD, region="HU"),
    Language("Norwegian", "no", Hearing.GOOD, region="NO"),
    Language("Vietnamese", "vi", Hearing.GOOD, region="VN"),
    Language("Bengali", "bn", Hearing.WEAK, region="BD"),
    Language("Georgian", "ka", Hearing.WEAK, region="GE", note=_PRIVATE),
    Language("Gujarati", "gu", Hearing.WEAK, region="IN", note=_NONE),
    Language(
        "Hebrew",
        "he",
        Hearing.FAIR,
        basic_voice=False,
        region="IL",
        note=f"{_NC}; espeak-ng leaves out the vowels that are not written",
    ),
    Language("Kannada", "kn", Hearing.WEAK, region="IN", note=_NONE),
    Language("Malayalam", "ml", Hearing.WEAK, region="IN", note=_NC),
    Language("Marathi", "mr", Hearing.WEAK, region="IN"),
    Language("Punjabi", "pa", Hearing.WEAK, region="IN", note=_NONE),
    Language("Telugu", "te", Hearing.WEAK, region="IN"),
    Language(
        "Thai",
        "th",
        Hearing.GOOD,
        basic_voice=False,
        region="TH",
        note=f"{_NC}; espeak-ng spells the letters instead of reading words",
    ),
)
"""In the order in which they are shown."""

_BY_CODE = {language.code: language for language in LANGUAGES}


def language_of(code: str) -> Language | None:
    """Return the language of an ISO 639-1 code or BCP 47 tag (`pt-BR`), if it is one of those above."""
    return _BY_CODE.get(primary_code(code))


def primary_code(tag: str) -> str:
    """Return the language of a BCP 47 tag, without its region: `pt` of `pt-BR`."""
    return tag.replace("_", "-").split("-")[0].lower()


def region_of(tag: str) -> str:
    """Return the ISO 3166-1 code in a BCP 47 tag, or an empty string: `BR` of `pt_BR`."""
    parts = tag.replace("_", "-").split("-")[1:]
    return next((part.upper() for part in parts if len(part) == 2 and part.isalpha()), "")
