"""How a set of guardrails is shown."""

from typing import Any

from pydantic import Field

from engine.api.contract.enforcement import EnforcementAnswer, with_enforcement
from engine.api.contract.model import AnswerModel
from engine.api.guardrails.bodies import Guardrail
from engine.store.records import ResourceRecord

NOT_ENFORCED = ("guardrail_prompt", "modality", "callback_url", "app_message")
"""Kept, and acted on once a conversation keeps its guardrails."""


class GuardrailAnswer(Guardrail):
    """One guardrail of a set, its name and prompt in both spellings."""

    guardrails_name: str
    guardrails_prompt: str


class GuardrailsAnswer(GuardrailAnswer, EnforcementAnswer):
    """A set of guardrails; the members of the first one stand at the top level as well."""

    guardrails_id: str
    uuid: str = Field(description="The same id, under its newer name.")
    name: str
    data: list[GuardrailAnswer]
    status: str
    created_at: str
    updated_at: str


class GuardrailsCreated(AnswerModel):
    """A new set of guardrails."""

    guardrails_id: str
    uuid: str
    guardrails_name: str
    guardrail_name: str
    status: str
    created_at: str


class GuardrailsChanged(GuardrailsAnswer):
    """A set of guardrails after a patch."""

    message: str


def guardrails_answer(record: ResourceRecord, verbose: bool = False) -> dict[str, Any]:
    """Show a set of guardrails, each name and prompt in both spellings.

    At the top level stand the members of the first guardrail, for clients that know a resource as one guardrail with a `uuid`;
    `guardrails_name` is there the name of the set.
    """
    data = [
        {**entry, "guardrails_name": entry["guardrail_name"], "guardrails_prompt": entry["guardrail_prompt"]}
        for entry in record.fields["data"]
    ]
    answer = {
        **record.fields,
        **data[0],
        "guardrails_id": record.resource_id,
        "uuid": record.resource_id,
        "name": record.name,
        "guardrails_name": record.name,
        "tags": record.fields["tags"],
        "data": data,
        "status": record.status,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }
    return with_enforcement(answer, NOT_ENFORCED) if verbose else answer
