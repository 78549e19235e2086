"""What a call reports: payloads as the contract writes them down."""

import json
import re

import pytest

from engine.store.call_events import (
    ShutdownReason,
    internal_error,
    perception_analysis,
    recording_ready,
    replica_joined,
    shutdown,
    transcription_ready,
)
from engine.store.opening import Store
from engine.store.records import ConversationEvent

URL = "http://127.0.0.1:5000/webhook"
SAID = [{"role": "user", "content": "Hi.", "seconds_from_start": 1.5, "duration": 0.4, "inference_id": "i1"}]

EVENTS = [
    (replica_joined("r1"), "system.replica_joined", {"replica_id": "r1"}),
    (
        shutdown("r1", ShutdownReason.MAX_CALL_DURATION),
        "system.shutdown",
        {"replica_id": "r1", "shutdown_reason": "max_call_duration", "reason": "max_call_duration"},
    ),
    (
        transcription_ready("r1", SAID),
        "application.transcription_ready",
        {"replica_id": "r1", "transcript": SAID},
    ),
    (
        recording_ready("local", "c1/1.mp4", 14),
        "application.recording_ready",
        {"bucket_name": "local", "s3_key": "c1/1.mp4", "duration": 14},
    ),
    (perception_analysis("All is calm."), "application.perception_analysis", {"analysis": "All is calm."}),
]


@pytest.mark.parametrize(("event", "event_type", "properties"), EVENTS, ids=[name for _, name, _ in EVENTS])
async def test_a_callback_carries_exactly_what_the_contract_says(
    store: Store, event: ConversationEvent, event_type: str, properties: dict[str, object]
) -> None:
    made = await store.conversations.create(conversation_name="n", persona_id="p1", replica_id="r1", callback_url=URL)
    await store.conversations.record_event(made.conversation_id, event)
    [delivery] = await store.outbox.deliveries(made.conversation_id)
    sent = json.loads(delivery.payload)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", sent.pop("timestamp"))
    assert sent == {
        "properties": properties,
        "conversation_id": made.conversation_id,
        "webhook_url": URL,
        "event_type": event_type,
        "message_type": event_type.partition(".")[0],
    }


def test_every_reason_of_the_contract_has_its_name() -> None:
    assert {str(reason) for reason in ShutdownReason} == {
        "max_call_duration",
        "participant_left_timeout",
        "participant_absent_timeout",
        "end_conversation_endpoint_hit",
        "bot_could_not_join_meeting_it_was_probably_ended",
        "daily_room_has_been_deleted",
        "exception_encountered_during_conversation_startup",
    }
    assert internal_error("room") == "internal error occurred at step room"
