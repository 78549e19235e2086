"""Operations of `/v2/languages`."""

from engine.api.languages.answers import LanguageAnswer
from engine.api.reference.described import Described, page_of

_EXAMPLE = {
    "language_name": "Swedish",
    "code": "sv",
    "installed": True,
    "heard": True,
    "recognition": "good",
    "spoken_by": "sv_SE-nst-medium",
    "basic_voice": False,
    "voices": [
        {
            "voice_name": "sv_SE-nst-medium",
            "quality": "medium",
            "licence": "CC0-1.0 (NST)",
            "size_bytes": 63108683,
            "installed": True,
        }
    ],
    "note": "",
    "get": [],
}

OPERATIONS: dict[str, Described] = {
    "GET /v2/languages": Described("List languages", (page_of("languages", LanguageAnswer, _EXAMPLE),)),
}
