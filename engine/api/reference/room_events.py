"""The interactions protocol: what the room sends its participants."""

from typing import Any, Literal

from pydantic import Field

from engine.api.contract.model import AnswerModel
from engine.api.reference.room_message import RoomMessage


class RoomEvent(RoomMessage):
    """What every event of a room carries."""

    message_type: Literal["conversation"]
    conversation_id: str
    inference_id: str | None = Field(None, description="Correlates the events of one turn.")
    seq: int = Field(description="Rises over the whole call.")
    turn_idx: int = Field(description="Counts the participants' turns.")
    timestamp: float | None = Field(None, description="Seconds since the epoch.")


class TalkingParticipant(AnswerModel):
    """Who speaks."""

    session_id: str
    user_name: str


class UserProperties(AnswerModel):
    """Who it is about."""

    participant: TalkingParticipant | None = Field(None, description="Of a person in the room: who it is.")


class StoppedSpeakingProperties(UserProperties):
    """How long somebody spoke."""

    duration: float | None = Field(description="Seconds.")
    interrupted: bool | None = Field(None, description="Of the replica: whether it was cut.")


class UtteranceProperties(UserProperties):
    """The words of one finished turn."""

    role: Literal["user", "replica"]
    speech: str
    interrupted: bool = False
    user_audio_analysis: str | None = Field(None, description="Of a person: how it sounded, where that is known.")
    user_visual_analysis: str | None = Field(None, description="Of a person: how they looked, where that is known.")


class StreamingUtteranceProperties(UserProperties):
    """Words as they are said."""

    role: Literal["user", "replica"]
    speech: str = Field(description="All words of the turn so far.")
    content_index: int = Field(description="Counts the events of one turn from 0.")
    final: bool
    is_interrupted: bool = False


class UserStartedSpeakingEvent(RoomEvent):
    """A person began to speak."""

    event_type: Literal["conversation.user.started_speaking"]
    properties: UserProperties


class UserStoppedSpeakingEvent(RoomEvent):
    """A person's turn ended."""

    event_type: Literal["conversation.user.stopped_speaking"]
    properties: StoppedSpeakingProperties


class ReplicaStartedSpeakingEvent(RoomEvent):
    """The first sound of an answer was played."""

    event_type: Literal["conversation.replica.started_speaking"]
    properties: dict[str, Any]


class ReplicaStoppedSpeakingEvent(RoomEvent):
    """The last sound of an answer was played, or it was cut."""

    event_type: Literal["conversation.replica.stopped_speaking"]
    properties: StoppedSpeakingProperties


class ReplicaInterruptedEvent(RoomEvent):
    """A person took the floor while the replica spoke."""

    event_type: Literal["conversation.replica_interrupted"]
    properties: dict[str, Any]


class UtteranceEvent(RoomEvent):
    """The words of one finished turn; of an interrupted answer, those that were heard."""

    event_type: Literal["conversation.utterance"]
    properties: UtteranceProperties


class StreamingUtteranceEvent(RoomEvent):
    """Words as they are said, for captions."""

    event_type: Literal["conversation.utterance.streaming"]
    properties: StreamingUtteranceProperties


class ToolCallProperties(AnswerModel):
    """A function to be called."""

    name: str
    arguments: str = Field(description="JSON.")
    tool_call_id: str | None = None


class ToolCallEvent(RoomEvent):
    """The language model asks the client to call a function."""

    event_type: Literal["conversation.tool_call"]
    properties: ToolCallProperties


class PerceptionToolCallProperties(AnswerModel):
    """A function to be called because of what was seen or heard."""

    name: str
    arguments: str | dict[str, Any] = Field(description="JSON, or an object.")
    modality: Literal["vision", "audio"]
    frames: list[dict[str, Any]] | None = Field(
        None, description="What triggered it: `uri`, or `data` with `mime_type`."
    )


class PerceptionToolCallEvent(RoomEvent):
    """What was seen or heard asks the client to call a function."""

    event_type: Literal["conversation.perception_tool_call"]
    properties: PerceptionToolCallProperties


class AnalysisProperties(AnswerModel):
    """A summary."""

    analysis: str


class PerceptionAnalysisEvent(RoomEvent):
    """What was seen in the whole call, told when it has ended."""

    event_type: Literal["conversation.perception_analysis"]
    properties: AnalysisProperties


class ObjectivePendingProperties(AnswerModel):
    """What was collected."""

    objective_name: str
    output_variables: dict[str, Any]


class ObjectivePendingEvent(RoomEvent):
    """An objective seems completed and waits for `conversation.objective.confirm`."""

    event_type: Literal["conversation.objective.pending"]
    properties: ObjectivePendingProperties


class UsedDocument(AnswerModel):
    """A document of the knowledge base."""

    document_id: str
    document_name: str


class KnowledgeProperties(AnswerModel):
    """Where the answer comes from."""

    documents: list[UsedDocument]


class KnowledgeUsedEvent(RoomEvent):
    """Passages of documents went into the answer."""

    event_type: Literal["conversation.rag.observability"]
    properties: KnowledgeProperties


EVENTS: tuple[type[AnswerModel], ...] = (
    UserStartedSpeakingEvent,
    UserStoppedSpeakingEvent,
    ReplicaStartedSpeakingEvent,
    ReplicaStoppedSpeakingEvent,
    ReplicaInterruptedEvent,
    UtteranceEvent,
    StreamingUtteranceEvent,
    ToolCallEvent,
    PerceptionToolCallEvent,
    PerceptionAnalysisEvent,
    ObjectivePendingEvent,
    KnowledgeUsedEvent,
)
