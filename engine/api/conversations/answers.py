"""How a conversation is shown."""

from collections.abc import Callable
from typing import Any

from pydantic import Field

from engine.api.contract.enforcement import EnforcementAnswer, with_enforcement
from engine.api.contract.model import AnswerModel
from engine.api.contract.names import both_names
from engine.api.conversations.rules import DEFAULT_PROPERTIES, stored_only
from engine.recording.s3 import S3Settings
from engine.store.records import ConversationEvent, ConversationRecord
from engine.store.sealing import masked


class ConversationCreated(AnswerModel):
    """A conversation whose room is open."""

    conversation_id: str
    conversation_name: str
    conversation_url: str = Field(description="The room's page; opening it joins the conversation.")
    status: str = Field(description="`active`; with `test_mode`, `ended`.")
    callback_url: str | None = None
    created_at: str
    meeting_token: str | None = Field(None, description="Of a private room: the owner's token, `?t=` of the page.")


class ConversationAnswer(AnswerModel):
    """A conversation."""

    conversation_id: str
    conversation_name: str
    conversation_url: str
    status: str = Field(description="`active` or `ended`.")
    callback_url: str | None = None
    persona_id: str
    replica_id: str
    conversational_context: str
    custom_greeting: str
    properties: dict[str, Any] = Field(description="What was asked for, and the defaults that hold.")
    created_at: str = Field(description="UTC, ISO 8601 with microseconds and `Z`.")
    updated_at: str


class ConversationEventAnswer(AnswerModel):
    """Something that happened in a conversation."""

    event_type: str
    message_type: str | None = None
    timestamp: str
    properties: dict[str, Any]


class ConversationVerbose(ConversationAnswer, EnforcementAnswer):
    """A conversation; what is listed last is there with `verbose` only."""

    events: list[ConversationEventAnswer] | None = None
    transcript: list[dict[str, Any]] | None = Field(None, description="What was said, once it has ended.")
    perception_analysis: str | None = Field(None, description="What was seen, once it has ended.")
    shutdown_reason: str | None = Field(None, description="Why it ended, once it has.")


class TranscriptEntry(AnswerModel):
    """One turn of a conversation."""

    role: str = Field(description="`system`, `user` or `assistant`.")
    content: str
    seconds_from_start: float | None = Field(None, description="When the turn began, after the start of the call.")
    duration: float | None = Field(None, description="Seconds of speech; 0 for what was typed.")
    inference_id: str | None = None


class TurnStage(AnswerModel):
    """One stage of a turn; stages may overlap."""

    name: str = Field(description="`pause`, `stt`, `end_of_turn`, `wait`, `llm_first_clause`, `tts_first_clause`...")
    start_ms: float
    end_ms: float
    cancelled: bool


class TurnTimeline(AnswerModel):
    """Where the time of one turn went, in milliseconds after the person's last voiced sample."""

    turn_idx: int
    inference_id: str
    outcome: str = Field(
        description="`answered`; `interrupted`; `resumed`: the person went on before a word was heard; `dropped`: nothing could be "
        "said; `pending`: not over yet."
    )
    last_voiced_at: float = Field(description="Seconds on the monotonic clock of the engine that held the call.")
    first_sound_ms: float | None = Field(description="When the answer began to be heard; `null` if it never did.")
    stages: list[TurnStage] = Field(description="In the order in which they ended.")


class TurnList(AnswerModel):
    """The latest turns of a call."""

    data: list[TurnTimeline]
    total_count: int


class InteractionAccepted(AnswerModel):
    """A message that the call has taken."""

    conversation_id: str
    event_type: str
    status: str = Field(description="`accepted`.")


class TranscriptAnswer(AnswerModel):
    """What was said in a conversation."""

    conversation_id: str
    status: str
    transcript: list[TranscriptEntry]


def conversation_answer(record: ConversationRecord, base_url: str) -> dict[str, Any]:
    """Show a conversation as it was asked for, with the defaults that hold, its secrets masked."""
    return both_names(
        {
            "document_retrieval_strategy": "balanced",
            **masked(record.fields),
            "conversation_id": record.conversation_id,
            "conversation_name": record.conversation_name,
            "conversation_url": f"{base_url.rstrip('/')}/{record.conversation_id}",
            "status": record.status,
            "callback_url": record.callback_url,
            "persona_id": record.persona_id,
            "replica_id": record.replica_id,
            "conversational_context": record.conversational_context,
            "custom_greeting": record.custom_greeting,
            "properties": {**DEFAULT_PROPERTIES, **masked(record.properties)},
            "created_at": record.created_at,
            "updated_at": record.updated_at,
        }
    )


def created_answer(record: ConversationRecord, base_url: str, meeting_token: str | None) -> dict[str, Any]:
    """Show a new conversation; a private one with the token that opens it."""
    answer = conversation_answer(record, base_url)
    shown = {name: answer[name] for name in ConversationCreated.model_fields if name in answer}
    return shown if meeting_token is None else {**shown, "meeting_token": meeting_token}


def verbose_answer(
    record: ConversationRecord, events: list[ConversationEvent], speaks: Callable[[str], bool], s3: S3Settings
) -> dict[str, Any]:
    """Return what `verbose` adds: events, why it ended, what was said and seen, and what was asked for without effect."""
    more: dict[str, Any] = {"events": [_event(event) for event in events]}
    for event_type, name, shown in (
        ("system.shutdown", "shutdown_reason", "shutdown_reason"),
        ("application.transcription_ready", "transcript", "transcript"),
        ("application.perception_analysis", "analysis", "perception_analysis"),
    ):
        found = [event.properties.get(name) for event in events if event.event_type == event_type]
        if found:
            more[shown] = found[-1]
    ignored = stored_only(record.properties, record.fields, s3)
    language = record.properties.get("language")
    if language and not speaks(str(language)):
        ignored.append("properties.language")
    return with_enforcement(more, ignored)


def _event(event: ConversationEvent) -> dict[str, Any]:
    return {
        "event_type": event.event_type,
        "message_type": event.message_type,
        "timestamp": event.timestamp,
        "properties": event.properties,
    }
