"""What listeners say without wanting the floor: "mm-hm", "yeah", "right" (Yngve 1970, "On getting a word in edgewise")."""

import re
from collections.abc import Mapping
from typing import Final

MOST_WORDS: Final = 5
"""Words of an utterance that says no more than that somebody listens."""

_PHRASES: Final[Mapping[str, str]] = {
    "en": "yeah|yes|yep|yup|uh huh|mm hm|mm hmm|mhm|mm|mmm|hm|hmm|huh|right|okay|ok|sure|oh|ah|aha|uh|um|er|i see|wow|really|"
    "got it|exactly|true|cool|nice|alright|all right|of course|great|good|indeed|absolutely|definitely|makes sense|fair enough",
    "fr": "oui|ouais|mm|mmm|hm|hum|ah|oh|euh|d'accord|ok|okay|bien sûr|je vois|voilà|exactement|c'est vrai|bien",
    "de": "ja|jo|mm|mhm|hm|ah|oh|äh|ähm|aha|ach so|genau|okay|ok|gut|klar|stimmt|richtig|verstehe|alles klar|natürlich",
    "es": "sí|ajá|mm|hm|ah|oh|eh|claro|vale|ok|okay|ya|bueno|exacto|entiendo|por supuesto|de acuerdo",
    "it": "sì|mm|hm|ah|oh|eh|certo|okay|ok|va bene|giusto|esatto|capisco|ho capito|bene|già",
    "pt": "sim|mm|hm|ah|oh|é|certo|tá|ok|okay|claro|pois|exato|entendi|está bem|com certeza",
    "nl": "ja|mm|hm|ah|oh|eh|oké|ok|okay|precies|klopt|juist|natuurlijk|ik snap het|begrijp ik|goed",
}
"""By ISO 639-1. What asks or objects is none: whoever says it wants to be heard."""
_WORD: Final = re.compile(r"\w+(?:['’]\w+)*")


def is_backchannel(words: str, language: str) -> bool:
    """Return whether an utterance says no more than that somebody listens.

    `words`: as recognised, with any punctuation; a question is none. `language`: ISO 639-1; where it has no list, the English one holds.
    """
    said = [word.lower().replace("’", "'") for word in _WORD.findall(words)]
    if not said or len(said) > MOST_WORDS or "?" in words:
        return False
    phrases = {tuple(phrase.split()) for phrase in _PHRASES.get(language, _PHRASES["en"]).split("|")}
    longest = max(map(len, phrases))
    at = 0
    while at < len(said):
        length = next((n for n in range(longest, 0, -1) if tuple(said[at : at + n]) in phrases), 0)
        if not length:
            return False
        at += length
    return True
