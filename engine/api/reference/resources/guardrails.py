"""Operations of `/v2/guardrails`."""

from typing import Any

from engine.api.guardrails.answers import GuardrailsAnswer, GuardrailsChanged, GuardrailsCreated
from engine.api.guardrails.bodies import Guardrail, GuardrailsCreate
from engine.api.reference.resources.prompt_sets import TIMES, SetKind, set_operations

_PROMPT = "Name no prices; offer to send a quotation instead."
_GUARDRAIL: dict[str, Any] = {
    "guardrail_name": "no_prices",
    "guardrail_prompt": _PROMPT,
    "modality": "verbal",
    "callback_url": "",
    "tags": ["sales"],
    "app_message": None,
    "guardrails_name": "no_prices",
    "guardrails_prompt": _PROMPT,
}

OPERATIONS = set_operations(
    SetKind(
        plural="guardrails",
        singular="guardrail",
        body=GuardrailsCreate,
        entry=Guardrail,
        bodies={
            "A single guardrail": {
                "guardrail_name": "no_prices",
                "guardrail_prompt": _PROMPT,
                "tags": ["sales"],
            },
            "A set of two": {
                "name": "Shop rules",
                "data": [
                    {
                        "guardrail_name": "no_prices",
                        "guardrail_prompt": _PROMPT,
                        "callback_url": "https://example.test/guardrails",
                    },
                    {
                        "guardrail_name": "one_person",
                        "guardrail_prompt": "Ask to speak with one person when several are in view.",
                        "modality": "visual",
                    },
                ],
            },
        },
        answer=GuardrailsAnswer,
        created=GuardrailsCreated,
        changed=GuardrailsChanged,
        example={
            **_GUARDRAIL,
            "guardrails_id": "g1a2b3c4d5e6",
            "uuid": "g1a2b3c4d5e6",
            "name": "no_prices",
            "data": [_GUARDRAIL],
            "status": "active",
            **TIMES,
        },
        message="Guardrails updated successfully",
    )
)
