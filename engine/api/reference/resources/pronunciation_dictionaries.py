"""Operations of `/v2/pronunciation-dictionaries`."""

from typing import Any

from engine.api.pronunciation_dictionaries.answers import DictionaryAnswer, DictionarySummary
from engine.api.reference.described import PATCH_SCHEMA, Answer, Body, Described, no_content, page_of, part_of

_RULE = {
    "text": "SQL",
    "pronunciation": "sequel",
    "type": "alias",
    "case_sensitive": False,
    "word_boundaries": True,
}
EXAMPLE: dict[str, Any] = {
    "pronunciation_dictionary_id": "pd1a2b3c4d5e6f70",
    "name": "Terms",
    "rules": [_RULE],
    "rules_count": 1,
    "created_at": "2026-03-02T08:55:10.400100Z",
    "updated_at": "2026-03-02T08:55:10.400100Z",
}


OPERATIONS: dict[str, Described] = {
    "POST /v2/pronunciation-dictionaries": Described(
        "Create a pronunciation dictionary",
        (Answer("The dictionary.", DictionaryAnswer, EXAMPLE, status=201),),
        refusals={400: ("Invalid request: name is required",)},
        bodies=(
            Body(
                {
                    "Two terms": {
                        "name": "Terms",
                        "rules": [
                            {"text": "SQL", "pronunciation": "sequel", "type": "alias"},
                            {"text": "Nguyen", "pronunciation": "ŋwiən", "type": "ipa"},
                        ],
                    }
                }
            ),
        ),
    ),
    "GET /v2/pronunciation-dictionaries": Described(
        "List pronunciation dictionaries",
        (page_of("dictionaries", DictionarySummary, part_of(EXAMPLE, DictionarySummary), first=0),),
    ),
    "GET /v2/pronunciation-dictionaries/{}": Described(
        "Get a pronunciation dictionary", (Answer("The dictionary.", DictionaryAnswer, EXAMPLE),)
    ),
    "PATCH /v2/pronunciation-dictionaries/{}": Described(
        "Change a pronunciation dictionary",
        (
            Answer("The dictionary as it is now.", DictionaryAnswer, EXAMPLE),
            no_content("The patch changes nothing.", 304),
        ),
        refusals={400: ("[0].path: '/nowhere' is not accepted; a path that exists is",)},
        bodies=(
            Body(
                {
                    "A further rule": [
                        {
                            "op": "add",
                            "path": "/rules/-",
                            "value": {"text": "GIF", "pronunciation": "jif", "type": "alias"},
                        }
                    ]
                },
                PATCH_SCHEMA,
            ),
        ),
    ),
    "DELETE /v2/pronunciation-dictionaries/{}": Described(
        "Delete a pronunciation dictionary", (no_content("It is gone."),)
    ),
}
