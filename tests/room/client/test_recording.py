"""Orders to record, and what the room says to them."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from engine.room.client import Recording, RoomError
from engine.room.client import recording as recordings
from engine.room.client.recording import RecordingOrders

STARTED = Recording("started", "rec1", "s1")
STOPPED = Recording("stopped", "rec1", "s1")


def refusal(event_type: str, error: str) -> dict[str, Any]:
    return {"message_type": "error", "event_type": "error", "properties": {"error": error, "event_type": event_type}}


async def given(orders: RecordingOrders, order: recordings.Order) -> "asyncio.Task[Recording]":
    task = asyncio.create_task(orders.give(order))
    await asyncio.sleep(0)
    return task


async def test_an_order_is_a_message_to_the_room_and_ends_with_what_everybody_is_told() -> None:
    sent: list[Mapping[str, Any]] = []
    orders = RecordingOrders(sent.append)
    starting = await given(orders, "start")
    orders.follow(STARTED)
    assert await starting == STARTED
    stopping = await given(orders, "stop")
    orders.follow(STOPPED)
    assert await stopping == STOPPED
    assert [message["event_type"] for message in sent] == ["room.start_recording", "room.stop_recording"]
    assert {message["message_type"] for message in sent} == {"room"}


async def test_a_refusal_is_an_error_of_its_own_order_in_the_words_of_the_room() -> None:
    orders = RecordingOrders(lambda _: None)
    starting = await given(orders, "start")
    orders.refused(refusal("room.state", "something else"))
    orders.refused({"event_type": "conversation.utterance", "properties": {"event_type": "room.start_recording"}})
    orders.refused({"event_type": "error", "properties": None})
    assert not starting.done()
    orders.refused(refusal("room.start_recording", "enable_recording is false"))
    with pytest.raises(RoomError, match="enable_recording is false"):
        await starting


async def test_a_recording_that_fails_ends_whatever_was_ordered() -> None:
    orders = RecordingOrders(lambda _: None)
    stopping = await given(orders, "stop")
    orders.follow(Recording("failed", "rec1", "s1", "the disk is full"))
    with pytest.raises(RoomError, match="the disk is full"):
        await stopping


async def test_one_order_of_a_kind_waits_at_a_time_and_none_beyond_the_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "ANSWER_WITHIN", 0.01)
    orders = RecordingOrders(lambda _: None)
    with pytest.raises(RoomError, match="did not start"):
        await orders.give("start")
    starting = await given(orders, "start")
    with pytest.raises(RoomError, match="waits already"):
        await orders.give("start")
    orders.close()
    with pytest.raises(RoomError, match="over"):
        await starting
