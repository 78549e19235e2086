"""What a new conversation may ask for: limits, and what this version refuses because ignoring it would mislead."""

from typing import Annotated, Any, Literal

from pydantic import Field

from engine.api.contract_model import ContractModel, Whole
from engine.api.persona_rules import not_built
from engine.network import check_url

LONGEST_CALL_S = 3600
LONGEST_ABSENCE_S = 86_400

STORED_ONLY = frozenset(
    {
        "apply_greenscreen",
        "background_source_url",
        "document_retrieval_strategy",
        "document_tags",
        "recording_s3_bucket_name",
        "recording_s3_bucket_region",
        "recording_storage",
        "aws_assume_role_arn",
    }
)
"""Harmless wishes that are kept and shown, and that nothing acts on yet."""


class ConversationProperties(ContractModel):
    """The known properties; unknown ones are kept as they are."""

    max_call_duration: Annotated[Whole, Field(ge=1, le=LONGEST_CALL_S)] | None = None
    participant_left_timeout: Annotated[Whole, Field(ge=0, le=LONGEST_ABSENCE_S)] | None = None
    participant_absent_timeout: Annotated[Whole, Field(ge=1, le=LONGEST_ABSENCE_S)] | None = None
    language: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    enable_recording: bool | None = None
    enable_closed_captions: bool | None = None
    apply_greenscreen: bool | None = None
    audio_only: bool | None = None
    require_auth: bool | None = None
    livekit_ws_url: str | None = None
    livekit_room_token: str | None = None


class ConversationCreate(ContractModel):
    """The body of a new conversation."""

    persona_id: str | None = None
    replica_id: str | None = None
    conversation_name: Annotated[str, Field(max_length=1000)] | None = None
    conversational_context: str | None = None
    custom_greeting: str | None = None
    callback_url: str | None = None
    audio_only: bool | None = None
    test_mode: bool | None = None
    require_auth: bool | None = None
    max_participants: Annotated[Whole, Field(ge=2, le=1000)] | None = None
    memory_stores: list[str] | None = None
    document_ids: list[str] | None = None
    document_tags: list[str] | None = None
    document_retrieval_strategy: Literal["speed", "balanced", "quality"] | None = None
    meeting_url: str | None = None
    properties: ConversationProperties | None = None


def check_request(body: ConversationCreate) -> None:
    """Raise InvalidInputError or ApiError for a wish that cannot be fulfilled; unknown ids are the caller's matter."""
    if body.callback_url:
        check_url("callback_url", body.callback_url)
    properties = body.properties or ConversationProperties()
    if body.require_auth or properties.require_auth:
        raise not_built("require_auth", "a private room", "without it everyone who knows the conversation_url may join")
    if properties.enable_recording:
        raise not_built("properties.enable_recording", "recording", "leave it out")
    if properties.livekit_ws_url or properties.livekit_room_token:
        raise not_built("properties.livekit_ws_url", "livekit", "the room is reached by conversation_url")
    if body.meeting_url:
        raise not_built("meeting_url", "joining a meeting elsewhere", "the room is reached by conversation_url")
    if body.memory_stores:
        raise not_built("memory_stores", "memory", "leave it out: nothing would be remembered")
    if body.document_ids:
        raise not_built("document_ids", "what it names", "leave it out: there are no documents to name")


def stored_only(properties: dict[str, Any], fields: dict[str, Any]) -> list[str]:
    """Name what a conversation asks for and nothing acts on."""
    given = [f"properties.{name}" for name in sorted(STORED_ONLY & properties.keys()) if properties[name]]
    return given + [name for name in sorted(STORED_ONLY & fields.keys()) if fields[name]]
