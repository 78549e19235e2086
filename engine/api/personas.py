"""`/v2/personas`."""

import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from engine.api.authentication import DOCUMENTED
from engine.api.contract_model import ContractModel
from engine.api.dependencies import ApiDependencies
from engine.api.errors import ApiError, invalid_id
from engine.api.names import both_names
from engine.api.paging import PageWindow, list_answer
from engine.api.persona_rules import check_layers, not_built
from engine.store.identifiers import IDENTIFIER
from engine.store.records import PersonaRecord
from engine.store.sealing import masked

NOT_BUILT = {
    "document_ids": "leave it out: there are no documents to name",
    "objectives_id": "leave it out: there are no objectives to name",
    "guardrails_id": "leave it out: there are no guardrails to name",
}
"""Ids of resources that do not exist yet, and that a conversation would silently do without."""


class PersonaCreate(ContractModel):
    """The body of a new persona."""

    persona_name: Annotated[str, Field(max_length=1000)] | None = None
    pipeline_mode: Literal["full", "echo"] | None = None
    system_prompt: str | None = None
    context: str | None = None
    default_replica_id: str | None = None
    layers: dict[str, Any] | None = None
    greeting: str | None = None
    document_ids: list[str] | None = None
    document_tags: list[str] | None = None
    objectives_id: str | None = None
    guardrails_id: str | None = None


def persona_routes(dependencies: ApiDependencies) -> APIRouter:
    """Create, get and list personas."""
    router = APIRouter(prefix="/v2/personas", tags=["Personas"], dependencies=[DOCUMENTED])
    personas, replicas = dependencies.store.personas, dependencies.store.replicas

    @router.post("")
    async def create_persona(body: PersonaCreate) -> dict[str, Any]:
        """Create a persona; `system_prompt` is required unless `pipeline_mode` is `echo`."""
        fields = _fields(body)
        default = fields["default_replica_id"]
        if default and (not IDENTIFIER.fullmatch(default) or await replicas.get(default) is None):
            raise invalid_id("replica_id")
        name = body.persona_name or f"New Persona {time.time_ns() // 1_000_000}"
        record = await personas.create(name, fields)
        return both_names(
            {"persona_id": record.persona_id, "persona_name": record.persona_name, "created_at": record.created_at}
        )

    @router.get("")
    async def list_personas(
        window: PageWindow,
        persona_type: Annotated[Literal["user", "system"] | None, Query()] = None,
        name: Annotated[str | None, Query(max_length=1000, description="A part of the name.")] = None,
    ) -> dict[str, Any]:
        """List personas, stock ones too."""
        return list_answer(await personas.page(window, persona_type=persona_type, name=name), persona_answer)

    @router.get("/{persona_id}")
    async def get_persona(persona_id: str) -> dict[str, Any]:
        """Get a persona: its fields stand at the top level and once more under `data`, for clients read either."""
        record = await personas.get(persona_id) if IDENTIFIER.fullmatch(persona_id) else None
        if record is None:
            raise invalid_id("persona_id")
        answer = persona_answer(record)
        return {**answer, "data": [answer]}

    return router


def persona_answer(record: PersonaRecord) -> dict[str, Any]:
    """Show a persona, its secrets masked."""
    return both_names(
        {
            **masked(record.fields),
            "persona_id": record.persona_id,
            "persona_name": record.persona_name,
            "persona_type": record.persona_type,
            "created_at": record.created_at,
            "updated_at": record.updated_at,
        }
    )


def _fields(body: PersonaCreate) -> dict[str, Any]:
    given = body.given
    given.pop("persona_name", None)
    for field, instead in NOT_BUILT.items():
        if given.get(field):
            raise not_built(field, "what it names", instead)
    fields = {
        "pipeline_mode": "full",
        "system_prompt": "",
        "context": "",
        "default_replica_id": None,
        "layers": {},
        **given,
    }
    if fields["pipeline_mode"] == "full" and not fields["system_prompt"].strip():
        raise ApiError(400, "system_prompt is required when pipeline_mode is full")
    check_layers(fields["layers"])
    return fields
