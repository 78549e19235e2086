"""A program written for daily-python, in a room of a running appliance."""

import asyncio
import queue
import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from engine.errors import InvalidInputError
from engine.room.client import AudioData, CallClient, Daily, EventHandler, NotConnectedError, RoomClient, VideoFrame
from tests.real_time import SOON, until
from tests.room.client.appliance import Appliance
from tests.room.client.seed_example import examples


class Notes(EventHandler):
    """Keeps what happens."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[tuple[str, str]] = []
        self.joined: list[Mapping[str, Any]] = []
        self.left: list[tuple[Mapping[str, Any], str]] = []
        self.states: list[str] = []
        self.errors: list[str] = []
        self.counts: list[Mapping[str, Any]] = []
        self.threads: set[str] = set()

    def on_app_message(self, message: Any, sender: str) -> None:
        self.messages.append((message["event_type"], sender))
        self.threads.add(threading.current_thread().name)

    def on_participant_joined(self, participant: Mapping[str, Any]) -> None:
        self.joined.append(participant)

    def on_participant_left(self, participant: Mapping[str, Any], reason: str) -> None:
        self.left.append((participant, reason))

    def on_participant_counts_updated(self, counts: Mapping[str, Any]) -> None:
        self.counts.append(counts)

    def on_call_state_updated(self, state: str) -> None:
        self.states.append(state)

    def on_error(self, message: str) -> None:
        self.errors.append(message)


def echo(text: str) -> dict[str, Any]:
    return {"message_type": "conversation", "event_type": "conversation.echo", "properties": {"text": text}}


async def outcome(call: Callable[[Callable[..., object]], object]) -> tuple[Any, ...]:
    """Return what the completion of a call is given."""
    done: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
    call(lambda *arguments: done.put(arguments))
    return await asyncio.to_thread(done.get, timeout=SOON)


@pytest.mark.parametrize("example", list(examples()))
async def test_the_example_of_the_seed_runs_with_its_import_changed(
    appliance: Appliance, example: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = await appliance.room()
    program: dict[str, Any] = {}
    exec("from engine.room.client import CallClient, Daily, EventHandler\n" + example, program)
    said = ""
    try:
        program["join_room"](url)
        program["send_message"](echo("hello from the example"))

        def printed() -> bool:
            nonlocal said
            said += capsys.readouterr().out
            return "'conversation.utterance'" in said

        await until(printed)
    finally:
        await asyncio.to_thread(program["call_client"].release)
    assert "Incoming app message from tavus-replica-" in said
    assert "hello from the example" in said


async def test_join_messages_participants_and_leave_as_that_library_tells_of_them(appliance: Appliance) -> None:
    notes = Notes()
    Daily.init()
    client = CallClient(event_handler=notes)
    other = CallClient()
    try:
        url = await appliance.room()
        client.set_user_name("Ann")
        settings = {"inputs": {"camera": False, "microphone": {"isEnabled": True}}}
        data, error = await outcome(lambda done: client.join(url, client_settings=settings, completion=done))
        assert error is None
        assert data["participants"]["local"]["info"]["userName"] == "Ann"
        assert await outcome(lambda done: client.send_app_message(echo("hi"), completion=done)) == (None,)
        await until(lambda: "conversation.utterance" in {event for event, _ in notes.messages})
        await until(lambda: notes.joined)
        [replica] = notes.joined
        assert replica["info"]["userId"].startswith("tavus-replica-")
        assert client.participants()[replica["id"]]["info"]["userName"] == replica["info"]["userName"]
        assert {sender for _, sender in notes.messages} == {replica["id"]}
        assert client.participants()["local"]["media"]["camera"]["state"] == "off"

        other.set_user_name("Bob")
        await outcome(lambda done: other.join(url, completion=done))
        await until(lambda: client.participant_counts()["present"] == 3)
        assert notes.joined[-1]["info"]["userName"] == "Bob"
        await outcome(lambda done: other.leave(completion=done))
        await until(lambda: notes.left)
        assert notes.left[0][0]["info"]["userName"] == "Bob"

        assert await outcome(lambda done: client.leave(completion=done)) == (None,)
        assert client.participants() == {}
        assert notes.states == ["joining", "joined", "leaving", "left"]
        assert notes.errors == []
        assert notes.threads == {"call-client-events"}
    finally:
        await asyncio.to_thread(client.release)
        await asyncio.to_thread(other.release)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("call-client")]
    with pytest.raises(NotConnectedError, match="released"):
        client.leave()


async def test_what_is_refused_reaches_completion_and_handler_in_words(appliance: Appliance) -> None:
    notes = Notes()
    client = CallClient(event_handler=notes)
    try:
        nowhere = (await appliance.room()).rpartition("/")[0] + "/cffffffffffffffff"
        data, error = await outcome(lambda done: client.join(nowhere, completion=done))
        assert (data, error) == (None, "This conversation does not exist")
        await until(lambda: notes.errors)
        assert notes.errors == [error]
        assert notes.states == ["joining", "left"]
        [error] = await outcome(lambda done: client.send_app_message(echo("hi"), completion=done))
        assert "join" in error
        [error] = await outcome(lambda done: client.send_app_message(["no object"], completion=done))
        assert "JSON object" in error
    finally:
        await asyncio.to_thread(client.release)


async def test_a_client_whose_conversation_ended_joins_another(appliance: Appliance) -> None:
    notes = Notes()
    client = CallClient(event_handler=notes)
    try:
        first, second = await appliance.room(), await appliance.room()
        await outcome(lambda done: client.join(first, completion=done))
        await appliance.end(first)
        await until(lambda: notes.states[-1:] == ["left"])
        assert "has ended" in notes.errors[0]
        data, error = await outcome(lambda done: client.join(second, completion=done))
        assert (bool(data), error) == (True, None)
        _, error = await outcome(lambda done: client.join(second, completion=done))
        assert "already" in error
    finally:
        await asyncio.to_thread(client.release)


async def test_renderers_get_sound_and_pictures_in_the_form_they_ask_for(appliance: Appliance) -> None:
    heard: list[tuple[str, AudioData, str]] = []
    seen: list[tuple[str, VideoFrame, str]] = []
    client = CallClient()
    try:
        url = await appliance.room()
        await outcome(lambda done: client.join(url, completion=done))
        replica = f"tavus-replica-{url.rpartition('/')[2]}"
        client.set_audio_renderer(
            replica, lambda *sound: heard.append(sound), sample_rate=24_000, callback_interval_ms=40
        )
        client.set_video_renderer(replica, lambda *picture: seen.append(picture), color_format="RGB")
        client.send_app_message(echo("one two three"))
        await until(lambda: len(heard) > 60 and len(seen) > 20)
    finally:
        await asyncio.to_thread(client.release)
    assert {(who, source) for who, _, source in heard} == {(replica, "microphone")}
    assert {(who, source) for who, _, source in seen} == {(replica, "camera")}
    facts = {
        (d.bits_per_sample, d.sample_rate, d.num_channels, d.num_audio_frames, len(d.audio_frames)) for _, d, _ in heard
    }
    assert facts == {(16, 24_000, 1, 960, 1920)}
    loudest = max(int(np.abs(np.frombuffer(data.audio_frames, dtype="<i2")).max()) for _, data, _ in heard)
    assert loudest > 3_000
    assert {(f.width, f.height, len(f.buffer), f.color_format) for _, f, _ in seen} == {(64, 64, 64 * 64 * 3, "RGB")}


async def test_renderers_of_people_get_their_cameras_and_screens_apart(appliance: Appliance) -> None:
    seen: dict[str, set[tuple[str, int]]] = {"camera": set(), "screenVideo": set()}
    url = await appliance.room()
    client = CallClient()
    try:
        async with RoomClient() as ann:
            await ann.join(url, user_name="Ann")

            def look(participant_id: str, picture: VideoFrame, source: str) -> None:
                seen[source].add((participant_id, round(np.frombuffer(picture.buffer, np.uint8).mean() / 10)))

            client.set_video_renderer(ann.session_id, look, "camera", "RGB")
            await outcome(lambda done: client.join(url, completion=done))
            client.set_video_renderer(ann.session_id, look, video_source="screenVideo", color_format="RGB")
            ann.publish_video(np.full((48, 64, 3), 60, dtype=np.uint8))
            ann.share_screen(np.full((64, 96, 3), 200, dtype=np.uint8))
            await until(lambda: all(seen.values()))
            assert seen == {"camera": {(ann.session_id, 6)}, "screenVideo": {(ann.session_id, 20)}}
            described = client.participants()[ann.session_id]
            assert described["media"]["screenVideo"]["state"] == "playable"
    finally:
        await asyncio.to_thread(client.release)


async def test_a_form_that_there_is_not_is_refused_at_once() -> None:
    client = CallClient()
    with pytest.raises(InvalidInputError, match="color_format"):
        client.set_video_renderer("*", print, color_format="CMYK")
    with pytest.raises(InvalidInputError, match="video_source"):
        client.set_video_renderer("*", print, video_source="window")
    with pytest.raises(InvalidInputError, match="callback_interval_ms"):
        client.set_audio_renderer("*", print, callback_interval_ms=15)
    client.release()
