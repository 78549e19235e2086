"""Ids in a persona that must name something."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from engine.api.contract.errors import ApiError, invalid_id
from engine.store.opening import Store

Reference: TypeAlias = tuple[str, str]
"""A field and an id in it."""

LISTS = ("document_ids", "guardrail_ids")


class UncheckedError(Exception):
    """A change names things of which nobody has looked whether they exist."""

    def __init__(self, references: frozenset[Reference]) -> None:
        super().__init__(references)
        self.references = references


def references_of(fields: dict[str, Any]) -> frozenset[Reference]:
    """Return every id in a persona that names another resource."""
    return frozenset(_references(fields))


async def check_references(references: frozenset[Reference], store: Store) -> None:
    """Raise ApiError 400, such as `Invalid objectives_id`, for an id that names nothing."""
    for field, identifier in sorted(references):
        if await _missing(field, identifier, store):
            if field in LISTS:
                raise ApiError(400, f"Invalid {field}: there is no {identifier!r}")
            raise invalid_id("replica_id" if field == "default_replica_id" else field)


def _references(fields: dict[str, Any]) -> Iterator[Reference]:
    for field in ("default_replica_id", "objectives_id", "guardrails_id"):
        if fields.get(field):
            yield field, fields[field]
    for field in LISTS:
        for identifier in fields.get(field) or []:
            yield field, identifier
    tts = (fields.get("layers") or {}).get("tts") or {}
    if tts.get("pronunciation_dictionary_id"):
        yield "pronunciation_dictionary_id", tts["pronunciation_dictionary_id"]


async def _missing(field: str, identifier: str, store: Store) -> bool:
    match field:
        case "default_replica_id":
            return await store.replicas.get(identifier) is None
        case "objectives_id":
            return await store.objectives.get(identifier) is None
        case "guardrails_id" | "guardrail_ids":
            return await store.guardrails.get(identifier) is None
        case "document_ids":
            return await store.documents.get(identifier) is None
        case _:
            return await store.pronunciation_dictionaries.get(identifier) is None
