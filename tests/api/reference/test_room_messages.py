"""The messages of a room in the document: all of the protocol, each as it is, and marked where nothing leads to it yet."""

import json
from typing import Any

import pytest

from engine.api.reference.room_events import EVENTS
from engine.api.reference.room_interactions import INTERACTIONS
from engine.api.reference.room_message import NOT_YET
from engine.api.reference.room_presence import FROM_ROOM, TO_ROOM
from engine.conversation import events
from engine.conversation.interactions import parse_interaction
from engine.conversation.person import Person
from engine.conversation.protocol_table import ROWS, Row
from engine.room.network_quality import Quality
from engine.room.roster import RECORDING_WISHES, Presence, change_of, refusal, room_event
from tests.api.reference.test_openapi import validator

ANN = Person("s1", "Ann")


def schema_of(document: dict[str, Any], event_type: str) -> tuple[str, dict[str, Any]]:
    """Return the one schema of a message."""
    ((name, schema),) = [
        (name, schema)
        for name, schema in document["components"]["schemas"].items()
        if schema.get("properties", {}).get("event_type", {}).get("const") == event_type
    ]
    return name, schema


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_message_is_described_and_marked_where_nothing_leads_to_it(document: dict[str, Any], row: Row) -> None:
    name, schema = schema_of(document, row.name)
    models = INTERACTIONS if row.direction == "in" else EVENTS
    assert name in {model.__name__ for model in models}
    assert (NOT_YET[row.direction] in schema["description"]) is (row.produced == "later")


@pytest.mark.parametrize(
    "event",
    [
        events.UserStartedSpeaking("i", ANN),
        events.UserStartedSpeaking("i"),
        events.UserStoppedSpeaking("i", 1.5, ANN),
        events.ReplicaStartedSpeaking("i"),
        events.ReplicaStoppedSpeaking("i", None, interrupted=True),
        events.ReplicaInterrupted("i"),
        events.Utterance("i", "user", "Hello.", person=ANN, user_audio_analysis="warm", user_visual_analysis="smiles"),
        events.Utterance("i", "replica", "Hello.", interrupted=True),
        events.StreamingUtterance("i", "user", "Hel", 0, person=ANN),
        events.ToolCall("i", "get_weather", "{}", "call_1"),
        events.ToolCall("i", "get_weather", "{}"),
        events.PerceptionToolCall(None, "greet", {"hat": "red"}, "vision", ({"uri": "https://example.com/1"},)),
        events.PerceptionToolCall(None, "greet", "{}", "audio"),
        events.PerceptionAnalysis("i", "All is calm."),
        events.ObjectivePending("i", "ask_name", {"name": "Ann"}),
        events.KnowledgeUsed("i", (("d1", "Menu"),)),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_a_room_tells_is_as_described(document: dict[str, Any], event: events.Event) -> None:
    message = event.message("c1f0a2b3c4d5e6f", seq=1, turn_idx=1, timestamp=1_700_000_000.1234)
    name, _ = schema_of(document, event.event_type)
    validator(document, {"$ref": f"#/components/schemas/{name}"}).validate(message)


@pytest.mark.parametrize(
    ("event_type", "properties"),
    [
        ("echo", {"modality": "text", "text": "Hello.", "done": True}),
        ("echo", {"modality": "audio", "audio": "AAA=", "sample_rate": 24_000, "inference_id": "i", "done": False}),
        ("respond", {"text": "Hello."}),
        ("interrupt", {}),
        ("append_llm_context", {"context": "It rains.", "job_status": "completed"}),
        ("overwrite_llm_context", {"context": "[]"}),
        ("sensitivity", {"participant_interrupt_sensitivity": "verylow"}),
        ("objective.confirm", {"objective_name": "ask_name"}),
        ("set_emotion", {"emotion": "contempt"}),
    ],
)
def test_what_is_described_is_what_a_room_takes(
    document: dict[str, Any], event_type: str, properties: dict[str, Any]
) -> None:
    message = {
        "message_type": "conversation",
        "event_type": f"conversation.{event_type}",
        "conversation_id": "c1f0a2b3c4d5e6f",
        "properties": properties,
    }
    name, _ = schema_of(document, f"conversation.{event_type}")
    validator(document, {"$ref": f"#/components/schemas/{name}"}).validate(message)
    parse_interaction(message)


PRESENCE = Presence("s1", "u1", "Ann", False, "2026-03-02T09:15:00.000Z", audio=True)
ROOM_ID = "c1f0a2b3c4d5e6f"


@pytest.mark.parametrize(
    "told",
    [
        room_event("room.participants", ROOM_ID, participants=[PRESENCE.as_json(local=True)]),
        *(change_of(change, ROOM_ID, PRESENCE) for change in ("joined", "updated", "left")),
        room_event("room.active_speaker", ROOM_ID, session_id="s1"),
        room_event("room.network_quality", ROOM_ID, **Quality(62, "low").properties()),
        room_event("room.pictures", ROOM_ID, pictures=[{"mid": "3", "session_id": "s1", "kind": "camera"}]),
        room_event("room.recording", ROOM_ID, state="started", recording_id="d7c2", session_id="s1"),
        room_event("room.recording", ROOM_ID, state="failed", recording_id="d7c2", session_id="", error="disk full"),
        refusal(ROOM_ID, "room.dance", ValueError("not accepted")),
        refusal(ROOM_ID, None, ValueError("not accepted")),
    ],
    ids=lambda told: f"{told['event_type']}-{len(json.dumps(told))}",
)
def test_what_the_room_tells_of_itself_is_as_described(document: dict[str, Any], told: dict[str, Any]) -> None:
    name, _ = schema_of(document, told["event_type"])
    assert name in {model.__name__ for model in FROM_ROOM}
    validator(document, {"$ref": f"#/components/schemas/{name}"}).validate(told)


def test_what_is_described_as_a_wish_is_what_the_room_takes(document: dict[str, Any]) -> None:
    wishes = {model.model_fields["event_type"].annotation.__args__[0] for model in TO_ROOM}  # type: ignore[union-attr]
    assert wishes == {"room.state", *RECORDING_WISHES}
    state = {"audio": False, "video": True, "screen": True, "noise_cancellation": True}
    message = {"message_type": "room", "event_type": "room.state", "properties": state}
    name, schema = schema_of(document, "room.state")
    validator(document, {"$ref": f"#/components/schemas/{name}"}).validate(message)
    assert not PRESENCE.changed(message).audio
    assert "properties" in schema["required"]
