"""What callbacks carry."""

from typing import Any, Literal

from pydantic import Field

from engine.api.contract.model import AnswerModel
from engine.api.conversations.answers import TranscriptEntry


class ReplicaOfCall(AnswerModel):
    """What every callback of a conversation tells about it."""

    replica_id: str


class ShutdownProperties(ReplicaOfCall):
    """Why the room shut down; both fields carry the same text."""

    shutdown_reason: str
    reason: str


class TranscriptProperties(ReplicaOfCall):
    """What was said."""

    transcript: list[TranscriptEntry]


class RecordingProperties(AnswerModel):
    """Where a recording lies."""

    bucket_name: str
    s3_key: str
    duration: float = Field(description="Seconds.")


class PerceptionProperties(AnswerModel):
    """What was seen."""

    analysis: str


class ConversationCallback(AnswerModel):
    """What all callbacks of a conversation share."""

    conversation_id: str
    webhook_url: str = Field(description="The conversation's `callback_url`.")
    event_type: str
    message_type: Literal["system", "application"]
    timestamp: str = Field(description="UTC, ISO 8601 with microseconds and `Z`.")


class ReplicaJoinedCallback(ConversationCallback):
    """The replica is in the room."""

    properties: ReplicaOfCall


class ShutdownCallback(ConversationCallback):
    """The room shut down."""

    properties: ShutdownProperties


class TranscriptionReadyCallback(ConversationCallback):
    """The transcript of an ended conversation."""

    properties: TranscriptProperties


class RecordingReadyCallback(ConversationCallback):
    """A recording lies where it was asked to lie."""

    properties: RecordingProperties


class PerceptionAnalysisCallback(ConversationCallback):
    """The summary of what was seen in an ended conversation."""

    properties: PerceptionProperties


class ReplicaCallback(AnswerModel):
    """A training has ended."""

    replica_id: str
    status: Literal["ready", "error"]
    error_message: str | None = None


class VideoCallback(AnswerModel):
    """A video is ready, or cannot be made."""

    video_id: str
    video_name: str
    replica_id: str
    status: Literal["ready", "error"]
    status_details: str | None
    error_details: str | None = None
    generation_progress: str
    data: dict[str, Any]
    download_url: str | None
    hosted_url: str | None
    stream_url: str | None
    created_at: str = Field(description="`YYYY-MM-DD HH:MM:SS.ffffff`, UTC.")
    updated_at: str


class DocumentCallback(AnswerModel):
    """A document has come a step further."""

    document_id: str
    document_name: str
    document_url: str
    status: str = Field(description="`started`, `processing`, `ready`, `error` or `recrawling`.")
    progress: int | None = Field(None, description="Percent, while it is processed.")
    error_message: str | None = None
    updated_at: str
