"""Who is in a room, and the messages that tell of it (`message_type` "room")."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from engine.errors import InvalidInputError
from engine.room.network_quality import Threshold

REPLICA_USER_ID = "tavus-replica-"
"""How the `user_id` of a replica begins; the conversation's id follows (pages written for the product find the replica by it)."""
STATES = ("audio", "video", "screen")
ACCEPTED = "room.state"
RECORDING_WISHES = {"room.start_recording": True, "room.stop_recording": False}
"""Messages that ask the room to record the call, or to record it no longer."""


@dataclass(frozen=True, slots=True)
class Presence:
    """One participant, a person or the replica, as everybody in the room may know them."""

    session_id: str
    user_id: str
    user_name: str
    owner: bool
    """Came with a meeting token that says so."""
    joined_at: str
    """ISO 8601, UTC."""
    audio: bool = False
    """Whether the microphone is on."""
    video: bool = False
    """Whether the camera is on."""
    screen: bool = False
    """Whether a screen is shared."""
    network: Threshold = "good"
    """How good the connection is."""

    def as_json(self, *, local: bool = False) -> dict[str, Any]:
        """Return what messages carry; `local` is true for the one who gets it."""
        return {**asdict(self), "local": local}

    def showing(self, kind: Literal["camera", "screen"]) -> "Presence":
        """Return the presence of somebody whose camera or screen is seen."""
        return replace(self, screen=True) if kind == "screen" else replace(self, video=True)

    def connected(self, network: Threshold) -> "Presence":
        """Return the presence of somebody whose connection is as good as that."""
        return replace(self, network=network)

    def changed(self, message: dict[str, Any]) -> "Presence":
        """Return the presence after a `room.state` message. Raises InvalidInputError."""
        if message.get("event_type") != ACCEPTED:
            accepted = " or ".join(repr(each) for each in (ACCEPTED, *RECORDING_WISHES))
            raise InvalidInputError("event_type", message.get("event_type"), f"of messages to the room {accepted} is")
        properties = message.get("properties")
        if not isinstance(properties, dict):
            raise InvalidInputError("properties", properties, "an object is")
        states = {name: properties[name] for name in STATES if name in properties}
        for name, state in states.items():
            if not isinstance(state, bool):
                raise InvalidInputError(f"properties.{name}", state, "true or false is")
        return replace(self, **states)


def noise_cancellation_of(message: dict[str, Any]) -> bool | None:
    """Return what a `room.state` message says of its sender's noise; None: nothing. Raises InvalidInputError."""
    wished = message["properties"].get("noise_cancellation")
    if wished is not None and not isinstance(wished, bool):
        raise InvalidInputError("properties.noise_cancellation", wished, "true or false is")
    return wished


def room_event(event_type: str, conversation_id: str, **properties: Any) -> dict[str, Any]:
    """Return a message of the room itself."""
    return {
        "message_type": "room",
        "event_type": event_type,
        "conversation_id": conversation_id,
        "properties": properties,
    }


def change_of(event_type: str, conversation_id: str, presence: Presence) -> dict[str, Any]:
    """Return `room.participant_joined`, `room.participant_updated` or `room.participant_left`."""
    return room_event(f"room.participant_{event_type}", conversation_id, participant=presence.as_json())


def refusal(conversation_id: str, event_type: object, error: Exception) -> dict[str, Any]:
    """Return the message that tells a sender what was wrong with theirs."""
    named = event_type[:100] if isinstance(event_type, str) else None
    return {
        "message_type": "error",
        "event_type": "error",
        "conversation_id": conversation_id,
        "properties": {"error": str(error), "event_type": named},
    }
