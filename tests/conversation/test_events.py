"""What events look like on the data channel."""

from typing import Any

import pytest

from engine.conversation import events
from engine.conversation.person import Person
from engine.conversation.protocol_table import BY_NAME
from tests.conversation.stage import stage_of
from tests.fakes.layers import fake_layers

FRAME = {"data": "AAAA", "mime_type": "image/jpeg"}


@pytest.mark.parametrize(
    ("event", "name", "properties"),
    [
        (
            events.ToolCall("i", "get_weather", '{"place": "Rome"}', "call_1"),
            "tool_call",
            {"name": "get_weather", "arguments": '{"place": "Rome"}', "tool_call_id": "call_1"},
        ),
        (events.ToolCall("i", "wave", "{}"), "tool_call", {"name": "wave", "arguments": "{}"}),
        (
            events.PerceptionToolCall(None, "greet", {"hat": "red"}, "vision", (FRAME,)),
            "perception_tool_call",
            {"name": "greet", "arguments": {"hat": "red"}, "modality": "vision", "frames": [FRAME]},
        ),
        (
            events.PerceptionToolCall(None, "greet", "{}", "audio"),
            "perception_tool_call",
            {"name": "greet", "arguments": "{}", "modality": "audio"},
        ),
        (events.PerceptionAnalysis("i", "All is calm."), "perception_analysis", {"analysis": "All is calm."}),
        (
            events.ObjectivePending("i", "ask_name", {"name": "Ann"}),
            "objective.pending",
            {"objective_name": "ask_name", "output_variables": {"name": "Ann"}},
        ),
        (
            events.KnowledgeUsed("i", (("d1", "Menu"), ("d2", "Prices"))),
            "rag.observability",
            {
                "documents": [
                    {"document_id": "d1", "document_name": "Menu"},
                    {"document_id": "d2", "document_name": "Prices"},
                ]
            },
        ),
    ],
)
async def test_what_a_producer_outside_the_director_tells(
    event: events.Event, name: str, properties: dict[str, Any]
) -> None:
    async with stage_of(fake_layers(hears=[], answers=["Yes."])) as stage:
        stage.director.announce(events.PerceptionAnalysis(None, "Before it."))
        stage.director.announce(event)
        message = stage.messages[-1]
    assert BY_NAME[event.event_type].direction == "out"
    assert message["event_type"] == f"conversation.{name}"
    assert message["properties"] == properties
    assert (message["message_type"], message["conversation_id"], message["seq"]) == ("conversation", "c1", 2)
    assert message.get("inference_id") == event.inference_id
    assert message["timestamp"] > 1_700_000_000


def test_what_is_not_known_is_left_out() -> None:
    assert events.Utterance("i", "user", "Hello.").properties() == {
        "role": "user",
        "speech": "Hello.",
        "interrupted": False,
    }
    whole = events.Utterance(
        "i", "user", "Hello.", person=Person("s", "Ann"), user_audio_analysis="warm", user_visual_analysis="smiles"
    ).properties()
    assert whole["participant"] == {"session_id": "s", "user_name": "Ann"}
    assert (whole["user_audio_analysis"], whole["user_visual_analysis"]) == ("warm", "smiles")
    assert events.ReplicaStoppedSpeaking("i", None, interrupted=False).properties()["duration"] is None
