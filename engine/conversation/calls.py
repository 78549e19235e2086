"""What the API may ask of running calls."""

from dataclasses import dataclass
from typing import Protocol

from engine.store.records import ConversationRecord, PersonaRecord, ReplicaRecord


@dataclass(frozen=True, slots=True)
class JoinAnswer:
    """The answer to a participant's SDP offer."""

    sdp: str
    session_id: str
    """Names the participant in the room; also the credential for leaving."""
    replica_name: str
    """The name under which the replica shows (the persona's)."""


class CallHost(Protocol):
    """Runs calls; all methods are used on the engine's event loop."""

    @property
    def basic_voice(self) -> bool:
        """Whether calls speak with the voice of last resort, which is marked as such wherever it shows."""

    def reserve(self) -> None:
        """Raise CapacityError when the machine carries no further conversation."""

    async def start(self, conversation: ConversationRecord, persona: PersonaRecord, replica: ReplicaRecord) -> None:
        """Open the room; returns when the replica is in it (about a second, warm). Raises CapacityError."""

    def is_live(self, conversation_id: str) -> bool:
        """Whether the call runs."""

    async def join(self, conversation_id: str, sdp: str, user_name: str) -> JoinAnswer:
        """Answer an SDP offer. Raises SignallingError for an offer that cannot be answered, KeyError when the call does not run,
        CapacityError when the room is full."""

    async def leave(self, conversation_id: str, session_id: str) -> None:
        """Let a participant go; unknown ids are ignored."""

    async def end(self, conversation_id: str, reason: str) -> None:
        """End the call and write its transcript; does nothing when it does not run."""

    async def interact(self, conversation_id: str, message: dict[str, object]) -> None:
        """Handle one message of the interactions protocol as if a participant had sent it. Raises KeyError, InvalidInputError."""

    def traces(self, conversation_id: str) -> list[dict[str, object]]:
        """Return where the time of the latest turns of a running call went. Raises KeyError."""
