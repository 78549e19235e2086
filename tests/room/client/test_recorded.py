"""The conversation is recorded from a client, over a real connection, and everybody hears of it."""

import asyncio
import queue
from collections.abc import Mapping
from typing import Any

import pytest

from engine.room.client import CallClient, EventHandler, Recording, RoomClient, RoomError
from tests.real_time import SOON, until
from tests.room.client.appliance import Appliance
from tests.room.client.test_daily_client import outcome

RECORDED = {"properties": {"enable_recording": True}}


async def test_anybody_in_the_room_begins_and_ends_a_recording_and_all_are_told(appliance: Appliance) -> None:
    url = await appliance.room(**RECORDED)
    told: list[Recording] = []
    async with RoomClient() as ann, RoomClient() as bob:
        await ann.join(url, user_name="Ann")
        await bob.join(url, user_name="Bob")
        bob.on_room_change(lambda change: told.append(change) if isinstance(change, Recording) else None)
        started = await ann.start_recording()
        assert (started.state, started.session_id) == ("started", ann.session_id)
        assert started.recording_id
        await until(lambda: bob.recording == started)
        async with RoomClient() as late:
            await late.join(url, user_name="Cleo")
            await until(lambda: late.recording == started)
        with pytest.raises(RoomError, match="recording runs"):
            await bob.start_recording()
        stopped = await bob.stop_recording()
        assert (stopped.state, stopped.recording_id) == ("stopped", started.recording_id)
        await until(lambda: ann.recording is None)
        with pytest.raises(RoomError, match="recording runs"):
            await ann.stop_recording()
    assert told == [started, stopped]


async def test_a_conversation_that_may_not_be_recorded_refuses_in_words(appliance: Appliance) -> None:
    async with RoomClient() as room:
        await room.join(await appliance.room())
        with pytest.raises(RoomError, match="enable_recording"):
            await room.start_recording()
        assert room.recording is None


class Notes(EventHandler):
    """Keeps what happens."""

    def __init__(self) -> None:
        super().__init__()
        self.happened: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()

    def on_recording_started(self, status: Mapping[str, Any]) -> None:
        self.happened.put(("started", dict(status)))

    def on_recording_stopped(self, stream_id: str) -> None:
        self.happened.put(("stopped", stream_id))

    def on_recording_error(self, stream_id: str, message: str) -> None:
        self.happened.put(("error", message))


async def told(notes: Notes) -> tuple[str, Any]:
    return await asyncio.to_thread(notes.happened.get, timeout=SOON)


async def test_recording_by_the_names_of_daily_python(appliance: Appliance) -> None:
    notes = Notes()
    client = CallClient(event_handler=notes)
    try:
        [error] = await outcome(lambda done: client.start_recording(completion=done))
        assert "join" in error
        url = await appliance.room(**RECORDED)
        data, _ = await outcome(lambda done: client.join(url, completion=done))
        assert await outcome(lambda done: client.start_recording(completion=done)) == (None,)
        event, status = await told(notes)
        assert (event, status["startedBy"]) == ("started", data["participants"]["local"]["id"])
        [error] = await outcome(lambda done: client.start_recording({"width": 640}, completion=done))
        assert "recording runs" in error
        assert await outcome(lambda done: client.stop_recording(completion=done)) == (None,)
        assert await told(notes) == ("stopped", status["streamId"])
        assert notes.happened.empty()
    finally:
        await asyncio.to_thread(client.release)
