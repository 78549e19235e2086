"""The interactions protocol: what participants send over the data channel, and what the room sends them."""

from typing import Any, Literal

from pydantic import Field

from engine.api.contract.model import AnswerModel


class InteractionMessage(AnswerModel):
    """What every message to the room carries."""

    message_type: Literal["conversation"] = "conversation"
    conversation_id: str


class TextProperties(AnswerModel):
    """A text."""

    text: str = Field(min_length=1, max_length=20_000)


class EchoProperties(TextProperties):
    """A text to be said as it stands."""

    modality: Literal["text"] = "text"
    inference_id: str | None = Field(None, max_length=200, description="Comes back in each event about the text.")


class EchoInteraction(InteractionMessage):
    """The replica says exactly this."""

    event_type: Literal["conversation.echo"]
    properties: EchoProperties


class RespondInteraction(InteractionMessage):
    """The replica answers this as if a participant had said it."""

    event_type: Literal["conversation.respond"]
    properties: TextProperties


class InterruptInteraction(InteractionMessage):
    """The replica stops talking."""

    event_type: Literal["conversation.interrupt"]


class RoomEvent(AnswerModel):
    """What every event of a room carries."""

    message_type: Literal["conversation"]
    conversation_id: str
    inference_id: str | None = Field(None, description="Correlates the events of one turn.")
    seq: int = Field(description="Rises over the whole call.")
    turn_idx: int = Field(description="Counts the participants' turns.")


class StoppedSpeakingProperties(AnswerModel):
    """How long somebody spoke."""

    duration: float | None = Field(description="Seconds.")
    interrupted: bool | None = Field(None, description="Of the replica: whether it was cut.")


class UtteranceProperties(AnswerModel):
    """The words of one finished turn."""

    role: Literal["user", "replica"]
    speech: str
    interrupted: bool = False


class StreamingUtteranceProperties(AnswerModel):
    """Words as they are said."""

    role: Literal["user", "replica"]
    speech: str = Field(description="All words of the turn so far.")
    content_index: int = Field(description="Counts the events of one turn from 0.")
    final: bool
    is_interrupted: bool = False


class UserStartedSpeakingEvent(RoomEvent):
    """A person began to speak."""

    event_type: Literal["conversation.user.started_speaking"]
    properties: dict[str, Any]


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


INTERACTIONS: tuple[type[AnswerModel], ...] = (EchoInteraction, RespondInteraction, InterruptInteraction)
EVENTS: tuple[type[AnswerModel], ...] = (
    UserStartedSpeakingEvent,
    UserStoppedSpeakingEvent,
    ReplicaStartedSpeakingEvent,
    ReplicaStoppedSpeakingEvent,
    ReplicaInterruptedEvent,
    UtteranceEvent,
    StreamingUtteranceEvent,
)
MESSAGES = (*INTERACTIONS, *EVENTS)
