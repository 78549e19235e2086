"""The vocabulary of the data channel: every event a room sends, one class each (seed: Interactions Protocol and its event pages)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

Speaker = Literal["user", "replica"]


@dataclass(frozen=True, slots=True)
class Event:
    """The root; subclasses name their `event_type` and add their properties as fields."""

    event_type: ClassVar[str]
    inference_id: str
    """Correlates the events of one turn: the user's words and the answer to them share it."""

    def properties(self) -> dict[str, Any]:
        """Return what goes into `properties`."""
        return {}

    def message(self, conversation_id: str, seq: int, turn_idx: int) -> dict[str, Any]:
        """Return the JSON object that is sent. `seq` rises over the whole call; `turn_idx` counts the user's turns."""
        return {
            "message_type": "conversation",
            "event_type": self.event_type,
            "conversation_id": conversation_id,
            "inference_id": self.inference_id,
            "seq": seq,
            "turn_idx": turn_idx,
            "properties": self.properties(),
        }


@dataclass(frozen=True, slots=True)
class UserStartedSpeaking(Event):
    """A person began to speak."""

    event_type = "conversation.user.started_speaking"


@dataclass(frozen=True, slots=True)
class UserStoppedSpeaking(Event):
    """A person's turn ended."""

    event_type = "conversation.user.stopped_speaking"
    duration: float
    """Seconds from the first to the last voiced sample."""

    def properties(self) -> dict[str, Any]:  # noqa: D102
        return {"duration": round(self.duration, 3)}


@dataclass(frozen=True, slots=True)
class ReplicaStartedSpeaking(Event):
    """The first sample of an answer was played out."""

    event_type = "conversation.replica.started_speaking"


@dataclass(frozen=True, slots=True)
class ReplicaStoppedSpeaking(Event):
    """The last sample of an answer was played out, or it was cut."""

    event_type = "conversation.replica.stopped_speaking"
    duration: float
    """Seconds of sound that were played."""
    interrupted: bool

    def properties(self) -> dict[str, Any]:  # noqa: D102
        return {"duration": round(self.duration, 3), "interrupted": self.interrupted}


@dataclass(frozen=True, slots=True)
class ReplicaInterrupted(Event):
    """A person took the floor while the replica spoke."""

    event_type = "conversation.replica_interrupted"


@dataclass(frozen=True, slots=True)
class Utterance(Event):
    """The words of one finished turn; of an interrupted answer, those that were heard."""

    event_type = "conversation.utterance"
    role: Speaker
    speech: str
    interrupted: bool = False

    def properties(self) -> dict[str, Any]:  # noqa: D102
        return {"role": self.role, "speech": self.speech, "interrupted": self.interrupted}


@dataclass(frozen=True, slots=True)
class StreamingUtterance(Event):
    """Words as they are said, for captions."""

    event_type = "conversation.utterance.streaming"
    role: Speaker
    speech: str
    """All words of the turn so far."""
    content_index: int
    """Counts the events of one turn from 0."""
    final: bool = False
    is_interrupted: bool = False

    def properties(self) -> dict[str, Any]:  # noqa: D102
        return {
            "role": self.role,
            "speech": self.speech,
            "content_index": self.content_index,
            "final": self.final,
            "is_interrupted": self.is_interrupted,
        }
