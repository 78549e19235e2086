"""Messages between a participant and the room itself: who is there, what they show, and whether the call is recorded."""

from typing import Literal

from pydantic import Field

from engine.api.contract.model import AnswerModel


class PresenceMessage(AnswerModel):
    """What every message of this kind from the room carries."""

    message_type: Literal["room"]
    conversation_id: str


class PresentParticipant(AnswerModel):
    """Somebody in the room, the replica too."""

    session_id: str
    user_id: str = Field(description="Of the replica: `tavus-replica-` and the conversation's id.")
    user_name: str
    owner: bool = Field(description="Whether they came with an owner's meeting token.")
    joined_at: str = Field(description="ISO 8601, UTC.")
    audio: bool = Field(description="Whether the microphone is on.")
    video: bool = Field(description="Whether the camera is on.")
    screen: bool = Field(description="Whether a screen is shared.")
    network: Literal["good", "low", "very-low"] = Field(description="How good their connection to the room is.")
    local: bool = Field(description="Whether it is who gets this message.")


class RosterProperties(AnswerModel):
    """Everybody."""

    participants: list[PresentParticipant]


class RosterEvent(PresenceMessage):
    """Everybody in the room; told to who comes, and to who is back."""

    event_type: Literal["room.participants"]
    properties: RosterProperties


class OneProperties(AnswerModel):
    """Whom it is about."""

    participant: PresentParticipant


class ParticipantJoinedEvent(PresenceMessage):
    """Somebody has joined. A participant who is back with a new connection has not left, so nothing is told."""

    event_type: Literal["room.participant_joined"]
    properties: OneProperties


class ParticipantUpdatedEvent(PresenceMessage):
    """Somebody's microphone, camera or screen was switched, or their connection is better or worse than it was."""

    event_type: Literal["room.participant_updated"]
    properties: OneProperties


class ParticipantLeftEvent(PresenceMessage):
    """Somebody is gone, for good."""

    event_type: Literal["room.participant_left"]
    properties: OneProperties


class SpeakerProperties(AnswerModel):
    """Who it is."""

    session_id: str


class ActiveSpeakerEvent(PresenceMessage):
    """Somebody else speaks now, a person or the replica."""

    event_type: Literal["room.active_speaker"]
    properties: SpeakerProperties


class QualityProperties(AnswerModel):
    """How good it is."""

    quality: int = Field(ge=0, le=100)
    threshold: Literal["good", "low", "very-low"]


class NetworkQualityEvent(PresenceMessage):
    """How good the connection of who gets this is, when that has changed noticeably."""

    event_type: Literal["room.network_quality"]
    properties: QualityProperties


class ShownPicture(AnswerModel):
    """One section of the connection."""

    mid: str = Field(description="Of the video section (SDP).")
    session_id: str
    kind: Literal["camera", "screen"]


class PicturesProperties(AnswerModel):
    """What is shown; a section that is not named shows nothing."""

    pictures: list[ShownPicture]


class PicturesEvent(PresenceMessage):
    """Which of the receiver's video sections shows whose camera or screen. The first video section of an offer is the replica's;
    each further one that can receive is a place for somebody else. Screens and who speaks come first where there are too few."""

    event_type: Literal["room.pictures"]
    properties: PicturesProperties


class RecordingProperties(AnswerModel):
    """What became of the recording."""

    state: Literal["started", "stopped", "failed"]
    recording_id: str
    session_id: str = Field(description="Who asked; empty: a program, by REST.")
    error: str | None = Field(None, description="Of `failed`: why.")


class RecordingEvent(PresenceMessage):
    """A recording has begun or ended; a newcomer is told of one that runs."""

    event_type: Literal["room.recording"]
    properties: RecordingProperties


class ErrorProperties(AnswerModel):
    """What was wrong."""

    error: str
    event_type: str | None = Field(None, description="Of the message that was refused, if it had one.")


class ErrorEvent(AnswerModel):
    """A message was refused; nothing else happened. It goes to its sender; what is wrong with an interaction is told to everybody in
    the room."""

    message_type: Literal["error"]
    event_type: Literal["error"]
    conversation_id: str | None = None
    properties: ErrorProperties


class WishToRoom(AnswerModel):
    """What every message of this kind to the room carries."""

    message_type: Literal["room"]


class StateProperties(AnswerModel):
    """What is not named stays as it is."""

    audio: bool | None = None
    video: bool | None = None
    screen: bool | None = None
    noise_cancellation: bool | None = Field(
        None,
        description="Whether the room suppresses the noise in this participant's sound before the replica hears it.",
    )


class StateMessage(WishToRoom):
    """What the sender's microphone, camera and screen do now, for the others to know; it switches nothing by itself."""

    event_type: Literal["room.state"]
    properties: StateProperties


class StartRecordingMessage(WishToRoom):
    """The call is recorded from now on, if the conversation has `enable_recording`."""

    event_type: Literal["room.start_recording"]


class StopRecordingMessage(WishToRoom):
    """The recording ends."""

    event_type: Literal["room.stop_recording"]


TO_ROOM: tuple[type[AnswerModel], ...] = (StateMessage, StartRecordingMessage, StopRecordingMessage)
FROM_ROOM: tuple[type[AnswerModel], ...] = (
    RosterEvent,
    ParticipantJoinedEvent,
    ParticipantUpdatedEvent,
    ParticipantLeftEvent,
    ActiveSpeakerEvent,
    NetworkQualityEvent,
    PicturesEvent,
    RecordingEvent,
    ErrorEvent,
)
