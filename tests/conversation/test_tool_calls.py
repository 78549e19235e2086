"""A language model that asks for something to be done: programs in the room are told, and what they find comes back as context."""

import json
from typing import Any

from tests.conversation.stage import Stage
from tests.conversation.test_failing_llm import a_turn, stage_with
from tests.fakes.llm_server import DONE, Manner, delta, finish, says, streams


def calls(*words: str) -> Manner:
    """Say some words and ask for the weather."""
    start = {"index": 0, "id": "call1", "type": "function", "function": {"name": "get_weather", "arguments": ""}}
    pieces = [
        delta(tool_calls=[{"index": 0, "function": {"arguments": part}}]) for part in ('{"location":', ' "Oslo"}')
    ]
    said = [delta(content=word) for word in words]
    return streams(*said, delta(tool_calls=[start]), *pieces, finish("tool_calls"), DONE)


def called(stage: Stage) -> list[dict[str, Any]]:
    return [message for message in stage.messages if message["event_type"] == "conversation.tool_call"]


async def test_a_tool_is_called_once_the_turn_is_the_replicas() -> None:
    async with stage_with(calls("Let me ", "see.")) as stage:
        await a_turn(stage, 0.3)
        (call,) = called(stage)
        assert call["properties"]["name"] == "get_weather"
        assert json.loads(call["properties"]["arguments"]) == {"location": "Oslo"}
        assert call["properties"]["tool_call_id"] == "call1"
        assert call["inference_id"] == stage.ids("replica.started_speaking")[0]
        assert stage.said("replica") == ["Let me see."]


async def test_a_tool_is_not_called_for_who_goes_on() -> None:
    async with stage_with(calls("Let me ", "see."), says("Fine."), end_of_turn=[0.0, 1.0]) as stage:
        await stage.pass_time(1.0, a=0.3)
        await stage.pass_time(0.5)
        await a_turn(stage, 0.6)
        assert called(stage) == []
        assert stage.said("replica") == ["Fine."]


async def test_no_cough_calls_a_tool_again() -> None:
    async with stage_with(calls(), says("It is ", "sunny.")) as stage:
        await a_turn(stage, 0.3)
        await stage.pass_time(0.26, a=0.1)
        await stage.pass_time(2.0)
        assert len(called(stage)) == 1
        assert len(stage.said("replica")) == 0


async def test_a_call_without_a_word_leaves_the_floor_free() -> None:
    async with stage_with(calls(), says("It is ", "sunny.")) as stage:
        await a_turn(stage, 0.3)
        assert len(called(stage)) == 1
        assert stage.said("replica") == []
        stage.send("conversation.append_llm_context", context="The weather in Oslo: sunny.")
        stage.send("conversation.respond", text="So?")
        await stage.pass_time(2.0)
        assert stage.said("replica") == ["It is sunny."]
