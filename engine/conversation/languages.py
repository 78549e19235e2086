"""Languages by the names that conversations give them (seed: Language Support)."""

_CODES = {
    "english": "en",
    "french": "fr",
    "german": "de",
    "spanish": "es",
    "portuguese": "pt",
    "chinese": "zh",
    "japanese": "ja",
    "hindi": "hi",
    "italian": "it",
    "korean": "ko",
    "dutch": "nl",
    "polish": "pl",
    "russian": "ru",
    "swedish": "sv",
    "turkish": "tr",
    "multilingual": "en",
}


def iso_code(language: str) -> str:
    """Return the ISO 639-1 code of a language given by its English name in any case, or by its code (`en`, `en-US`).

    `multilingual` begins in English. An unknown name is returned as it is, in lower case.
    """
    name = language.strip().lower()
    return _CODES.get(name) or name.split("-")[0]
