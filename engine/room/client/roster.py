"""Who is in the room, as the room tells it: pure bookkeeping over its `room.*` messages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

REPLICA = "tavus-replica"
"""What the `user_id` of the replica begins with; existing clients find it by that."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in the room."""

    session_id: str
    user_id: str = ""
    user_name: str = ""
    owner: bool = False
    local: bool = False
    """Whether it is this client itself."""
    joined_at: str | float | None = None
    """As the room told it."""
    audio: bool = False
    video: bool = False
    screen: bool = False
    """Whether each of the three is sent."""
    network: str = "good"
    """How good the connection is: `good`, `low` or `very-low`."""

    @property
    def is_replica(self) -> bool:
        """Whether it is the replica."""
        return self.user_id.startswith(REPLICA)


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody came, or was there before."""

    participant: Participant


@dataclass(frozen=True, slots=True)
class Updated:
    """Something about somebody changed."""

    participant: Participant


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody went."""

    participant: Participant


@dataclass(frozen=True, slots=True)
class ActiveSpeaker:
    """Who speaks now; None: nobody."""

    session_id: str | None


@dataclass(frozen=True, slots=True)
class NetworkQuality:
    """How good the connection of this client is."""

    quality: float
    """0 to 100."""
    threshold: str
    """`good`, `low` or `very-low`."""


@dataclass(frozen=True, slots=True)
class Recording:
    """The conversation is recorded now, is no longer, or could not be."""

    state: Literal["started", "stopped", "failed"]
    recording_id: str
    session_id: str
    """Who asked for it; empty: a program, over REST."""
    error: str = ""
    """Why it failed."""


RoomChange: TypeAlias = Joined | Updated | Left | ActiveSpeaker | NetworkQuality | Recording


def is_room_message(message: Mapping[str, Any]) -> bool:
    """Whether a message is the room's own and no app message."""
    return message.get("message_type") == "room"


class Roster:
    """The participants besides this client. Empty when the room does not tell."""

    def __init__(self) -> None:
        self.participants: dict[str, Participant] = {}
        """By session id, in the order in which they were told."""
        self.local: Participant | None = None
        """This client, as the room sees it."""
        self.session_id = ""
        """Of this client."""
        self.recording: Recording | None = None
        """The recording that runs."""

    @property
    def replica(self) -> Participant | None:
        """The replica, if the room told of it."""
        return next((each for each in self.participants.values() if each.is_replica), None)

    def follow(self, message: Mapping[str, Any]) -> Iterator[RoomChange]:
        """Yield what a message of the room changes; one that cannot be read changes nothing."""
        properties = message.get("properties")
        if not isinstance(properties, dict):
            return
        match message.get("event_type"):
            case "room.participants":
                yield from self._replace(properties.get("participants"))
            case "room.participant_joined" | "room.participant_updated":
                yield from self._take(properties.get("participant"))
            case "room.participant_left":
                yield from self._drop(properties.get("participant"))
            case "room.active_speaker":
                speaker = properties.get("session_id")
                yield ActiveSpeaker(speaker if isinstance(speaker, str) and speaker else None)
            case "room.network_quality":
                quality, threshold = properties.get("quality"), properties.get("threshold")
                if isinstance(quality, int | float) and isinstance(threshold, str):
                    if self.local is not None:
                        self.local = replace(self.local, network=threshold)
                    yield NetworkQuality(quality, threshold)
            case "room.recording":
                yield from self._record(properties)

    def _replace(self, described: object) -> Iterator[RoomChange]:
        entries = [entry for entry in described if isinstance(entry, dict)] if isinstance(described, list) else []
        present = {session_id for entry in entries if isinstance(session_id := entry.get("session_id"), str)}
        for session_id in [each for each in self.participants if each not in present]:
            yield Left(self.participants.pop(session_id))
        for entry in entries:
            yield from self._take(entry)

    def _take(self, described: object) -> Iterator[RoomChange]:
        participant = self._read(described)
        if participant is None:
            return
        if participant.local:
            before, self.local = self.local, participant
            if before != participant:
                yield Updated(participant)
            return
        known = self.participants.get(participant.session_id)
        self.participants[participant.session_id] = participant
        if known is None:
            yield Joined(participant)
        elif known != participant:
            yield Updated(participant)

    def _drop(self, described: object) -> Iterator[RoomChange]:
        session_id = described.get("session_id") if isinstance(described, dict) else None
        gone = self.participants.pop(session_id, None) if isinstance(session_id, str) else None
        if gone is not None:
            yield Left(gone)

    def _record(self, told: Mapping[str, Any]) -> Iterator[RoomChange]:
        match told.get("state"):
            case "started" | "stopped" | "failed" as state:
                names = (told.get(name) for name in ("recording_id", "session_id", "error"))
                recording = Recording(state, *(name if isinstance(name, str) else "" for name in names))
                if recording != self.recording:
                    # Who is back is told again what runs.
                    self.recording = recording if state == "started" else None
                    yield recording

    def _read(self, described: object) -> Participant | None:
        if not isinstance(described, dict):
            return None
        session_id, joined_at = described.get("session_id"), described.get("joined_at")
        network = described.get("network")
        if not isinstance(session_id, str) or not session_id:
            return None
        return Participant(
            session_id,
            user_id=str(described.get("user_id") or ""),
            user_name=str(described.get("user_name") or ""),
            owner=described.get("owner") is True,
            local=session_id == self.session_id,
            joined_at=joined_at if isinstance(joined_at, str | int | float) else None,
            audio=described.get("audio") is True,
            video=described.get("video") is True,
            screen=described.get("screen") is True,
            network=network if isinstance(network, str) and network else "good",
        )
