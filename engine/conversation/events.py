"""The vocabulary of the data channel: every event a room sends, one class each (seed: Interactions Protocol and its event pages).

Which of them this version produces, and which page documents each, is in `protocol_table`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from engine.conversation.person import Person

Speaker = Literal["user", "replica"]


@dataclass(frozen=True, slots=True)
class Event:
    """The root; subclasses name their `event_type` and add their properties as fields."""

    event_type: ClassVar[str]
    inference_id: str | None
    """Correlates the events of one turn: the user's words and the answer to them share it. None: the event belongs to no turn."""

    def properties(self) -> dict[str, Any]:
        """Return what goes into `properties`."""
        return {}

    def message(self, conversation_id: str, seq: int, turn_idx: int, timestamp: float | None = None) -> dict[str, Any]:
        """Return the JSON object that is sent.

        `seq` rises over the whole call; `turn_idx` counts the user's turns; `timestamp`: seconds since the epoch.
        """
        return {
            "message_type": "conversation",
            "event_type": self.event_type,
            "conversation_id": conversation_id,
            **({} if self.inference_id is None else {"inference_id": self.inference_id}),
            "seq": seq,
            "turn_idx": turn_idx,
            **({} if timestamp is None else {"timestamp": round(timestamp, 3)}),
            "properties": self.properties(),
        }


@dataclass(frozen=True, slots=True)
class UserStartedSpeaking(Event):
    """A person began to speak."""

    event_type = "conversation.user.started_speaking"
    person: Person | None = None

    def properties(self) -> dict[str, Any]:  # noqa: D102
        return _participant(self.person)


@dataclass(frozen=True, slots=True)
class UserStoppedSpeaking(Event):
    """A person's turn ended."""

    event_type = "conversation.user.stopped_speaking"
    duration: float
    """Seconds from the first to the last voiced sample."""
    person: Person | None = None

    def properties(self) -> dict[str, Any]:  # noqa: D102
        return {"duration": round(self.duration, 3), **_participant(self.person)}


@dataclass(frozen=True, slots=True)
class ReplicaStartedSpeaking(Event):
    """The first sample of an answer was played out."""

    event_type = "conversation.replica.started_speaking"


@dataclass(frozen=True, slots=True)
class ReplicaStoppedSpeaking(Event):
    """The last sample of an answer was played out, or it was cut."""

    event_type = "conversation.replica.stopped_speaking"
    duration: float | None
    """Seconds of sound that were played."""
    interrupted: bool

    def properties(self) -> dict[str, Any]:  # noqa: D102
        duration = None if self.duration is None else round(self.duration, 3)
        return {"duration": duration, "interrupted": self.interrupted}


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
    person: Person | None = None
    """Who said it, if it was a person."""
    user_audio_analysis: str = ""
    """How it sounded; empty: nothing is known."""
    user_visual_analysis: str = ""
    """How the person looked."""

    def properties(self) -> dict[str, Any]:  # noqa: D102
        analyses = {
            "user_audio_analysis": self.user_audio_analysis,
            "user_visual_analysis": self.user_visual_analysis,
        }
        return {
            "role": self.role,
            "speech": self.speech,
            "interrupted": self.interrupted,
            **{name: text for name, text in analyses.items() if text},
            **_participant(self.person),
        }


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
    person: Person | None = None

    def properties(self) -> dict[str, Any]:  # noqa: D102
        return {
            "role": self.role,
            "speech": self.speech,
            "content_index": self.content_index,
            "final": self.final,
            "is_interrupted": self.is_interrupted,
            **_participant(self.person),
        }


@dataclass(frozen=True, slots=True)
class ToolCall(Event):
    """The language model asks the client to call a function."""

    event_type = "conversation.tool_call"
    name: str
    arguments: str
    """JSON: clients parse it."""
    tool_call_id: str = ""

    def properties(self) -> dict[str, Any]:  # noqa: D102
        called = {"name": self.name, "arguments": self.arguments}
        return {**called, "tool_call_id": self.tool_call_id} if self.tool_call_id else called


@dataclass(frozen=True, slots=True)
class PerceptionToolCall(Event):
    """What was seen or heard asks the client to call a function."""

    event_type = "conversation.perception_tool_call"
    name: str
    arguments: str | Mapping[str, Any]
    """JSON, or an object."""
    modality: Literal["vision", "audio"]
    frames: Sequence[Mapping[str, Any]] = ()
    """The frames that triggered it: `uri`, or base64 `data` with `mime_type`."""

    def properties(self) -> dict[str, Any]:  # noqa: D102
        arguments = self.arguments if isinstance(self.arguments, str) else dict(self.arguments)
        called = {"name": self.name, "arguments": arguments, "modality": self.modality}
        return {**called, "frames": [dict(frame) for frame in self.frames]} if self.frames else called


@dataclass(frozen=True, slots=True)
class PerceptionAnalysis(Event):
    """What was seen in the whole call, told when it has ended."""

    event_type = "conversation.perception_analysis"
    analysis: str

    def properties(self) -> dict[str, Any]:  # noqa: D102
        return {"analysis": self.analysis}


@dataclass(frozen=True, slots=True)
class ObjectivePending(Event):
    """An objective whose `confirmation_mode` is `manual` seems completed and waits to be confirmed (seed: Objectives)."""

    event_type = "conversation.objective.pending"
    objective_name: str
    output_variables: Mapping[str, Any]
    """What was collected, by name, for the participant to review."""

    def properties(self) -> dict[str, Any]:  # noqa: D102
        return {"objective_name": self.objective_name, "output_variables": dict(self.output_variables)}


@dataclass(frozen=True, slots=True)
class KnowledgeUsed(Event):
    """Passages of documents went into the answer (seed: Knowledge Base, its frequently asked questions)."""

    event_type = "conversation.rag.observability"
    documents: Sequence[tuple[str, str]]
    """(document_id, document_name) of each."""

    def properties(self) -> dict[str, Any]:  # noqa: D102
        return {"documents": [{"document_id": number, "document_name": name} for number, name in self.documents]}


def _participant(person: Person | None) -> dict[str, Any]:
    return {} if person is None else {"participant": person.as_json()}
