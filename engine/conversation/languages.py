"""Languages by the names that conversations give them (seed: Language Support)."""

import re

from models.languages import LANGUAGES

MULTILINGUAL = "multilingual"
"""Asks for the language of each turn to be found out."""

_BY_NAME = {language.name.lower(): language for language in LANGUAGES}
_BY_CODE = {language.code: language for language in LANGUAGES}
_OTHER_NAMES = {"mandarin": "zh", "tagalog": "tl", "fil": "tl", "nb": "no", "nn": "no", "iw": "he"}

_NAME = re.compile(r"(?P<name>[a-z]+)(?:\s*\((?P<region>[a-z .,-]+)\)|\s*[-_,]\s*(?P<tag>[a-z0-9 .-]+))?")


def iso_code(language: str) -> str | None:
    """Return the ISO 639-1 code of a language; None for one that is not known, and for `multilingual`.

    It is given by its English name in any case, with a variant or without (`Spanish (Mexico)`), or by its code (`en`, `en-US`).
    """
    tag = language_tag(language)
    return tag.split("-")[0] if tag is not None else None


def language_tag(language: str) -> str | None:
    """Return a language as BCP 47, with the region if a known one was named (`es-MX`); None like `iso_code`."""
    parts = _NAME.fullmatch(language.strip().lower())
    if parts is None:
        return None
    name, variant = parts["name"], (parts["region"] or parts["tag"] or "").strip()
    by_code = _BY_CODE.get(_OTHER_NAMES.get(name, name))
    if by_code is not None:
        # After a code anything may follow; after a name, what is known of the language.
        return f"{by_code.code}-{variant.upper()}" if re.fullmatch("[a-z]{2}", variant) else by_code.code
    known = _BY_NAME.get(name)
    if known is None:
        return None
    if variant in known.regions:
        return f"{known.code}-{known.regions[variant]}"
    return known.code if not variant or known.code == "en" else None


def is_language(language: str) -> bool:
    """Whether a conversation may name this language."""
    return language.strip().lower() == MULTILINGUAL or iso_code(language) is not None


def accepted_languages() -> str:
    """Return every full name that is accepted, for people to read."""
    return ", ".join([*(language.name for language in LANGUAGES), MULTILINGUAL])
