"""What a call reports to its owner, as the callbacks and the verbose answer carry it."""

from enum import StrEnum
from typing import Any

from engine.store.records import ConversationEvent
from engine.store.timestamps import utc_now


class ShutdownReason(StrEnum):
    """Why a room shut down; `internal_error(step)` makes the one with a variable part."""

    MAX_CALL_DURATION = "max_call_duration"
    PARTICIPANT_LEFT_TIMEOUT = "participant_left_timeout"
    PARTICIPANT_ABSENT_TIMEOUT = "participant_absent_timeout"
    END_CONVERSATION_ENDPOINT_HIT = "end_conversation_endpoint_hit"
    COULD_NOT_JOIN = "bot_could_not_join_meeting_it_was_probably_ended"
    ROOM_DELETED = "daily_room_has_been_deleted"
    EXCEPTION_DURING_STARTUP = "exception_encountered_during_conversation_startup"


def internal_error(step: str) -> str:
    """Return the shutdown reason of a fault in our own code."""
    return f"internal error occurred at step {step}"


def replica_joined(replica_id: str) -> ConversationEvent:
    """The replica is in the room and ready."""
    return ConversationEvent("system.replica_joined", "system", {"replica_id": replica_id}, utc_now())


def shutdown(replica_id: str, reason: str) -> ConversationEvent:
    """The room shut down; older clients read `shutdown_reason`, newer ones `reason`."""
    properties = {"replica_id": replica_id, "shutdown_reason": str(reason), "reason": str(reason)}
    return ConversationEvent("system.shutdown", "system", properties, utc_now())


def transcription_ready(replica_id: str, transcript: list[dict[str, Any]]) -> ConversationEvent:
    """The words of the call; entries are `{"role", "content", ...}`."""
    properties = {"replica_id": replica_id, "transcript": transcript}
    return ConversationEvent("application.transcription_ready", "application", properties, utc_now())


def recording_ready(bucket_name: str, s3_key: str, duration: int) -> ConversationEvent:
    """A recording lies where it belongs: the bucket (`local`: the appliance's own folder) and the key in it; duration in seconds."""
    properties = {"bucket_name": bucket_name, "s3_key": s3_key, "duration": duration}
    return ConversationEvent("application.recording_ready", "application", properties, utc_now())


def perception_analysis(analysis: str) -> ConversationEvent:
    """What was seen in the call, summarised in words."""
    return ConversationEvent("application.perception_analysis", "application", {"analysis": analysis}, utc_now())
