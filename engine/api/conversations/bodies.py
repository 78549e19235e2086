"""What a new conversation may ask for: its fields and their limits."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from engine.api.contract.model import ContractModel, Whole
from engine.api.conversations.recording import RecordingStorage
from engine.conversation.languages import accepted_languages, is_language

LONGEST_CALL_S = 3600
LONGEST_ABSENCE_S = 86_400
MOST_NAMED = 100
"""Documents, tags or memory stores that one conversation may name."""

Named = Annotated[str, Field(min_length=1, max_length=200)]


class ConversationProperties(ContractModel):
    """The known properties; unknown ones are kept as they are."""

    max_call_duration: (
        Annotated[
            Whole, Field(ge=1, le=LONGEST_CALL_S, description="Seconds after which the call ends, 3600 by default.")
        ]
        | None
    ) = None
    participant_left_timeout: (
        Annotated[
            Whole, Field(ge=0, le=LONGEST_ABSENCE_S, description="Seconds that an empty room stays open, 0 by default.")
        ]
        | None
    ) = None
    participant_absent_timeout: (
        Annotated[
            Whole,
            Field(
                ge=1,
                le=LONGEST_ABSENCE_S,
                description="Seconds after which the call ends when nobody joins, or nobody says or sends anything; 300 by default.",
            ),
        ]
        | None
    ) = None
    language: (
        Annotated[
            str,
            Field(
                min_length=1, max_length=64, description="A full English name in any case, a code, or `multilingual`."
            ),
        ]
        | None
    ) = None
    enable_recording: (
        Annotated[bool, Field(description="Whether the call may be recorded; somebody in it, or a request, starts it.")]
        | None
    ) = None
    enable_closed_captions: (
        Annotated[bool, Field(description="Whether the room shows captions from the start.")] | None
    ) = None
    apply_greenscreen: (
        Annotated[bool, Field(description="Whether the replica stands before a green screen.")] | None
    ) = None
    background_source_url: Annotated[str, Field(description="What the replica stands before.")] | None = None
    audio_only: Annotated[bool, Field(description="As at the top level.")] | None = None
    require_auth: Annotated[bool, Field(description="As at the top level.")] | None = None
    max_participants: Annotated[Whole, Field(ge=2, le=1000, description="As at the top level.")] | None = None
    recording_storage: RecordingStorage | None = None
    recording_s3_bucket_name: (
        Annotated[str, Field(max_length=1000, description="Older form of `recording_storage`.")] | None
    ) = None
    recording_s3_bucket_region: (
        Annotated[str, Field(max_length=1000, description="Older form of `recording_storage`.")] | None
    ) = None
    aws_assume_role_arn: (
        Annotated[str, Field(max_length=2048, description="Older form of `recording_storage`; answered masked.")] | None
    ) = None
    livekit_ws_url: Annotated[str, Field(description="Not built yet: refused outside of `test_mode`.")] | None = None
    livekit_room_token: Annotated[str, Field(description="Not built yet: refused outside of `test_mode`.")] | None = (
        None
    )

    @field_validator("language")
    @classmethod
    def _known_language(cls, language: str | None) -> str | None:
        if language is not None and not is_language(language):
            raise ValueError(f"one of {accepted_languages()} is")
        return language


class ConversationCreate(ContractModel):
    """The body of a new conversation."""

    persona_id: (
        Annotated[str, Field(description="Who speaks; the default persona when only a replica is given.")] | None
    ) = None
    replica_id: (
        Annotated[str, Field(description="Whose face it is; the persona's default replica when left out.")] | None
    ) = None
    conversation_name: Annotated[str, Field(max_length=1000)] | None = None
    conversational_context: Annotated[str, Field(description="Added to the persona's own context.")] | None = None
    custom_greeting: Annotated[str, Field(description="Said to the first person who joins.")] | None = None
    callback_url: Annotated[str, Field(description="Where the events of the conversation are posted to.")] | None = None
    audio_only: Annotated[bool, Field(description="No picture is drawn or sent.")] | None = None
    test_mode: (
        Annotated[bool, Field(description="Checks and keeps the request; no replica joins, the status is `ended`.")]
        | None
    ) = None
    require_auth: Annotated[bool, Field(description="A private room: the answer carries a `meeting_token`.")] | None = (
        None
    )
    max_participants: Annotated[Whole, Field(ge=2, le=1000, description="The replica counts as one.")] | None = None
    memory_stores: Annotated[list[Named], Field(max_length=MOST_NAMED)] | None = None
    document_ids: Annotated[list[Named], Field(max_length=MOST_NAMED)] | None = None
    document_tags: Annotated[list[Named], Field(max_length=MOST_NAMED)] | None = None
    document_retrieval_strategy: (
        Annotated[Literal["speed", "balanced", "quality"], Field(description="`balanced` by default.")] | None
    ) = None
    meeting_url: Annotated[str, Field(description="Not built yet: refused outside of `test_mode`.")] | None = None
    properties: ConversationProperties | None = None
