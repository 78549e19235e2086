"""What a new persona may say, and what a persona has to be after a change."""

import time
from typing import Annotated, Any

from pydantic import Field

from engine.api.contract.errors import ApiError
from engine.api.contract.model import ContractModel
from engine.api.personas.field_types import Name, Names, OneOf, Text, Truth
from engine.api.personas.layers import Layers
from engine.api.personas.masking import refuse_masked
from engine.network import check_url

READ_ONLY = ("persona_id", "persona_type", "created_at", "updated_at")
"""Fields that the appliance gives."""

ADDED = ("data", "effective", "models", "without_effect", "enforced", "not_enforced")
"""What answers show beside the fields of a persona."""

DEFAULTS: dict[str, Any] = {
    "pipeline_mode": "full",
    "system_prompt": "",
    "context": "",
    "default_replica_id": None,
    "layers": {},
}


class PersonaCreate(ContractModel):
    """The body of a new persona."""

    persona_name: Name | None = None
    pipeline_mode: Annotated[str, OneOf(("full", "echo"))] | None = Field(
        None, description="`full` by default; `echo`: the replica says what it is sent, and answers nobody."
    )
    system_prompt: Text | None = Field(None, description="Required when pipeline_mode is full.")
    context: Text | None = None
    default_replica_id: Name | None = Field(None, description="The replica of conversations that name none.")
    layers: Layers | None = None
    greeting: Text | None = Field(None, description="What the replica says first; a conversation may say otherwise.")
    audio_only: Truth | None = None
    voice_id: Name | None = None
    document_ids: Names | None = None
    document_tags: Names | None = None
    objectives_id: Name | None = None
    guardrails_id: Name | None = Field(None, description="A set of guardrails.")
    guardrail_ids: Names | None = Field(None, description="Single guardrails.")
    guardrail_tags: Names | None = None
    callback_url: Annotated[str, Field(max_length=2048)] | None = None


def persona_name(body: PersonaCreate) -> str:
    """Return the name of a new persona."""
    return (body.persona_name or "").strip() or f"New Persona {time.time_ns() // 1_000_000}"


def persona_fields(body: PersonaCreate) -> dict[str, Any]:
    """Return what is kept of a body: what was given, and defaults. Raises ApiError or InvalidInputError for what makes no persona.

    What only the appliance can say is left out, so that a persona that was read can be sent again as a new one.
    """
    left_out = {"persona_name", *READ_ONLY, *ADDED}
    fields = {**DEFAULTS, **{name: value for name, value in body.given.items() if name not in left_out}}
    fields["pipeline_mode"] = fields["pipeline_mode"].strip().lower()
    if fields["pipeline_mode"] == "full" and not fields["system_prompt"].strip():
        raise ApiError(400, "system_prompt is required when pipeline_mode is full")
    if fields.get("callback_url"):
        check_url("callback_url", fields["callback_url"])
    refuse_masked(fields)
    return fields
