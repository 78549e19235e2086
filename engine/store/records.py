"""What the store hands out: one frozen record a row."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from engine.store.timestamps import utc_now


@dataclass(frozen=True, slots=True)
class PersonaRecord:
    """How a replica behaves."""

    persona_id: str
    persona_name: str
    fields: dict[str, Any]
    """Everything else of the contract, as given: system_prompt, context, layers, default_replica_id, pipeline_mode..."""
    persona_type: str
    """`user` or `system` (stock)."""
    created_at: str
    """UTC, ISO 8601 with microseconds and Z."""
    updated_at: str


@dataclass(frozen=True, slots=True)
class ReplicaRecord:
    """A face and its voice."""

    replica_id: str
    replica_name: str
    fields: dict[str, Any]
    """Everything else: presenter, model_name, thumbnail..."""
    replica_type: str
    """`user` or `system` (stock)."""
    status: str
    """`started`, `completed` or `error`."""
    training_progress: str
    error_message: str | None
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """A call, running or ended."""

    conversation_id: str
    conversation_name: str
    persona_id: str
    replica_id: str
    status: str
    """`active` or `ended`."""
    conversational_context: str
    custom_greeting: str
    callback_url: str
    properties: dict[str, Any]
    """As given: max_call_duration, participant_left_timeout, participant_absent_timeout, language, ..."""
    fields: dict[str, Any]
    """Everything else of the request that a later capability reads."""
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class ConversationEvent:
    """Something that happened in a call and that callbacks and `verbose=true` tell."""

    event_type: str
    """Such as `system.replica_joined`."""
    message_type: str
    """`system` or `application`."""
    properties: dict[str, Any]
    timestamp: str


@dataclass(frozen=True, slots=True)
class ResourceRecord:
    """A resource whose fields are kept whole: an objective, a set of guardrails, a document, a video..."""

    resource_id: str
    name: str
    origin: str
    """`user` or `system` (stock)."""
    status: str
    """In the contract's words for its kind: `active`, `started`, `queued`, `ready`, `error`..."""
    fields: dict[str, Any]
    """Everything else of the contract."""
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class RecordingRecord:
    """A recording of a conversation."""

    recording_id: str
    conversation_id: str
    status: str
    """`recording`; `storing`: whole, and on its way to where it belongs; `ready`: it lies there; `failed`: nothing came of it."""
    bucket_name: str
    """`local`: this appliance's own folder."""
    s3_key: str
    """The key in the bucket, or the path below the folder."""
    duration: float
    """Seconds; 0 while it runs."""
    size: int
    """Bytes of the film; 0 while it runs."""
    captions: bool
    """Whether there are captions beside it."""
    error: str
    """Why it has stopped by itself, or why it could not be stored yet; empty otherwise."""
    created_at: str
    updated_at: str


Changeable = TypeVar("Changeable", PersonaRecord, ReplicaRecord, ResourceRecord)


def edited(present: Changeable | None, edit: Callable[[Changeable], Changeable]) -> tuple[Changeable, bool] | None:
    """Return what `edit` makes of a record and whether it differs, with a new `updated_at` then; None when there is no record.

    As JSON has it: `1` and `true`, which Python takes for equal, differ.
    """
    if present is None:
        return None
    wanted = edit(present)
    if wanted == present and json.dumps(wanted.fields, sort_keys=True) == json.dumps(present.fields, sort_keys=True):
        return present, False
    return replace(wanted, updated_at=utc_now()), True
