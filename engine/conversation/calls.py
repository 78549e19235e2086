"""What the API may ask of running calls."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Protocol

from engine.conversation.feed import FeedEntry
from engine.store.records import ConversationRecord, PersonaRecord, RecordingRecord, ReplicaRecord


@dataclass(frozen=True, slots=True)
class JoinAnswer:
    """The answer to a participant's SDP offer."""

    sdp: str
    session_id: str
    """Names the participant to everybody in the room."""
    resume_token: str
    """Takes the participant's place again with another connection, or gives it up; for that participant alone."""
    replica_name: str
    """The name under which the replica shows (the persona's)."""


@dataclass(frozen=True, slots=True)
class SpeakingVoice:
    """What voice a replica speaks with."""

    basic: bool
    """The voice of last resort, which is marked wherever it shows."""
    own: bool
    """The person's own voice; else a stock voice speaks for the replica."""


class CallHost(Protocol):
    """Runs calls; all methods are used on the engine's event loop."""

    def voice_in(self, conversation_id: str) -> SpeakingVoice:
        """Return what voice speaks in a call now, or would speak in one that is over."""

    @property
    def heard_languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages that the recogniser understands."""

    def speaks(self, language: str) -> bool:
        """Whether a call can be held in this language, or in several for `multilingual`. Reads files."""

    def check_language(self, language: str, *, echo: bool = False) -> None:
        """Raise InvalidInputError, with the commands that help, when a call in this language lacks a model; in echo mode nobody
        listens. Reads files."""

    def reserve(self) -> None:
        """Raise CapacityError when the machine carries no further conversation."""

    async def start(self, conversation: ConversationRecord, persona: PersonaRecord, replica: ReplicaRecord) -> None:
        """Open the room; returns when the replica is in it (about a second, warm). Raises CapacityError."""

    def is_live(self, conversation_id: str) -> bool:
        """Whether the call runs."""

    def holds_place(self, conversation_id: str, resume_token: str) -> bool:
        """Whether a participant of a running call has this token, with whatever connection."""

    async def join(
        self, conversation_id: str, sdp: str, user_name: str, *, owner: bool = False, resume_token: str = ""
    ) -> JoinAnswer:
        """Answer an SDP offer; a `resume_token` that is still good takes the place it was given for, unseen by the others.

        Raises SignallingError for an offer that cannot be answered, KeyError when the call does not run, CapacityError when the
        room is full.
        """

    async def leave(self, conversation_id: str, credential: str, *, may_return: bool = False) -> None:
        """Let a participant go, named by resume token or session id; unknown ones are ignored. `may_return` keeps the place for
        some seconds."""

    async def begin_recording(self, conversation_id: str) -> RecordingRecord:
        """Begin to record a running call.

        Raises KeyError, InvalidInputError unless the conversation has `enable_recording`, RecordingStateError while it is recorded,
        RecordingError, with the reason, when nothing can be written.
        """

    async def end_recording(self, conversation_id: str) -> None:
        """End the recording of a running call. Raises KeyError, RecordingStateError."""

    async def erase_recordings(self, conversation_id: str) -> None:
        """Remove the files of a conversation's recordings from this machine."""

    async def end(self, conversation_id: str, reason: str) -> None:
        """End the call and write its transcript; does nothing when it does not run."""

    async def interact(self, conversation_id: str, message: dict[str, object]) -> None:
        """Handle one message of the interactions protocol as if a participant had sent it. Raises KeyError, InvalidInputError."""

    def follow(self, conversation_id: str, after: int = 0) -> AsyncIterator[FeedEntry | None]:
        """Return what participants and the owner are told, after the message with the id `after`, until the call has ended.

        None stands for a while without a message. A reader who falls too far behind is cut off. Raises KeyError at once.
        """

    def transcript(self, conversation_id: str) -> list[dict[str, Any]]:
        """Return the words of a running call so far, as callbacks carry them. Raises KeyError."""

    def traces(self, conversation_id: str) -> list[dict[str, object]]:
        """Return where the time of the latest turns of a running call went. Raises KeyError."""
