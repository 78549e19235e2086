"""The client in rooms of a running appliance, as an integrator uses it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from engine.room.client import (
    ConversationEndedError,
    NotAdmittedError,
    NotConnectedError,
    ReceivedPicture,
    ReceivedSound,
    RoomClient,
    RoomError,
    RoomFullError,
    TokenExpiredError,
    UnknownRoomError,
    UnreachableError,
)
from engine.room.client.connection import RoomConnection
from tests.real_time import SOON, best_of, in_time, until
from tests.room.client.appliance import Appliance
from tests.room.client.sounds import tone, write_wav


async def message_of(messages: AsyncIterator[dict[str, Any]], event_type: str, **wanted: Any) -> dict[str, Any]:
    """Return the next message of this type whose properties hold `wanted`."""
    async with asyncio.timeout(SOON):
        async for message in messages:
            properties = message.get("properties") or {}
            if message["event_type"] == event_type and wanted.items() <= properties.items():
                return message
    raise AssertionError(f"the stay is over and there was no {event_type}")


def connection_of(room: RoomClient) -> RoomConnection:
    """Return what a broken network breaks."""
    assert room._stay is not None
    assert room._stay.connection is not None
    return room._stay.connection


async def test_messages_go_both_ways_and_the_replica_is_heard_and_seen(appliance: Appliance) -> None:
    sounds: list[ReceivedSound] = []
    narrow: list[ReceivedSound] = []
    pictures: list[ReceivedPicture] = []
    called: list[dict[str, Any]] = []
    async with RoomClient() as room:
        room.on_sound(sounds.append)
        room.on_sound(narrow.append, sample_rate=16_000)
        room.on_picture(pictures.append)
        room.on_message(called.append)
        messages = room.messages()
        await room.join(await appliance.room(), user_name="Ann")
        assert room.state == "joined"
        assert room.session_id
        assert room.replica_name
        room.interact("conversation.echo", text="one two three four five")
        said = await message_of(messages, "conversation.utterance", role="replica")
        assert said["properties"]["speech"] == "one two three four five"
        assert said in called
        await until(lambda: any(picture.rgb.mean() > 150 for picture in pictures[-3:]) or len(pictures) > 200)
    assert {(sound.sample_rate, sound.pcm.dtype, sound.pcm.size) for sound in sounds} == {(48_000, np.dtype("i2"), 960)}
    assert {sound.sample_rate for sound in narrow} == {16_000}
    assert sum(sound.pcm.size for sound in narrow) == pytest.approx(len(sounds) * 320, abs=640)
    for heard in (sounds, narrow):
        assert max(int(np.abs(sound.pcm).max()) for sound in heard) > 3_000
    assert {(picture.rgb.shape, picture.rgb.dtype) for picture in pictures} == {((64, 64, 3), np.dtype("u1"))}
    times = [picture.time for picture in pictures[-5:]]
    assert times == sorted(times)


async def test_the_face_and_the_voice_of_a_moment_have_the_same_presentation_time(appliance: Appliance) -> None:
    loud: list[float] = []
    bright: list[float] = []
    async with RoomClient() as room:
        room.on_sound(lambda sound: loud.append(sound.time) if np.abs(sound.pcm).max() > 3_000 else None)
        room.on_picture(lambda picture: bright.append(picture.time) if picture.rgb.mean() > 150 else None)
        messages = room.messages()
        await room.join(await appliance.room())
        # The room's first reports come within a second or two.
        await asyncio.sleep(3)

        async def measure() -> None:
            loud.clear()
            bright.clear()
            room.interact("conversation.echo", text="one two three four five")
            await message_of(messages, "conversation.replica.stopped_speaking")
            await until(lambda: loud and bright)
            in_time(abs(loud[0] - bright[0]) < 0.1, f"the picture is {bright[0] - loud[0]:.3f} s behind its sound")

        await best_of(measure)


async def test_what_is_published_is_heard_as_a_turn(appliance: Appliance, tmp_path: Path) -> None:
    write_wav(tmp_path / "speech.wav", tone(0.6, 22_050), 22_050)
    async with RoomClient() as room:
        messages = room.messages()
        await room.join(await appliance.room())
        speech = await room.publish_file(tmp_path / "speech.wav")
        await asyncio.wait_for(speech.ended, SOON)
        stopped = await message_of(messages, "conversation.user.stopped_speaking")
        assert stopped["properties"]["duration"] == pytest.approx(0.6, abs=0.2)
        room.mute(microphone=True)
        room.publish_audio(tone(0.6, 16_000), 16_000)
        await until(lambda: room.microphone.queued == 0)
        await asyncio.sleep(0.5)
        room.mute(microphone=False)
        room.publish_audio(tone(0.6, 8_000), 8_000)
        started = await message_of(messages, "conversation.user.started_speaking")
        assert started["turn_idx"] == stopped["turn_idx"] + 1, "nothing was heard of what a muted microphone was told"


async def test_pictures_can_be_published_whether_the_room_looks_or_not(appliance: Appliance) -> None:
    async with RoomClient() as room:
        await room.join(await appliance.room())
        for level in range(0, 250, 25):
            room.publish_video(np.full((48, 64, 3), level, dtype=np.uint8))
            await asyncio.sleep(0.02)
        assert room.state == "joined"


async def test_a_room_without_pictures_is_heard_alone(appliance: Appliance) -> None:
    pictures: list[ReceivedPicture] = []
    sounds: list[ReceivedSound] = []
    async with RoomClient() as room:
        room.on_picture(pictures.append)
        room.on_sound(sounds.append)
        await room.join(await appliance.room(audio_only=True))
        await until(lambda: len(sounds) > 25)
    assert not pictures


async def test_the_end_of_the_conversation_ends_the_stay(appliance: Appliance) -> None:
    url = await appliance.room()
    room = RoomClient()
    messages = room.messages()
    await room.join(url)
    room.publish_audio(tone(60, 16_000), 16_000)
    await appliance.end(url)
    async with asyncio.timeout(SOON):
        assert await room.wait_closed() == "ended"
    assert isinstance(room.error, ConversationEndedError)
    assert "end_conversation_endpoint_hit" in str(room.error)
    assert [message["event_type"] async for message in messages][-1] == "system.shutdown"
    with pytest.raises(NotConnectedError):
        room.interact("conversation.interrupt")
    with pytest.raises(ConversationEndedError, match="has ended"):
        await RoomClient().join(url)


async def test_leaving_tells_the_room_and_is_final(appliance: Appliance) -> None:
    url = await appliance.room(properties={"max_participants": 2, "participant_left_timeout": 60})
    states: list[str] = []
    room = RoomClient()
    room.on_state(states.append)
    await room.join(url)
    await room.leave()
    await room.leave()
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("room-client")]
    assert states == ["joining", "joined", "left"]
    assert await room.wait_closed() == "left"
    with pytest.raises(RuntimeError, match="once"):
        await room.join(url)
    async with RoomClient() as other:
        await other.join(url)


async def test_each_refusal_comes_as_its_own_error_in_the_words_of_the_server(appliance: Appliance) -> None:
    url = await appliance.room(properties={"max_participants": 2})
    async with RoomClient() as room:
        await room.join(url)
        late = RoomClient()
        with pytest.raises(RoomFullError, match=r"seats") as full:
            await late.join(url)
        assert full.value.retry_after > 0
        assert late.state == "idle"
    with pytest.raises(UnknownRoomError, match="does not exist"):
        await RoomClient().join(url.rpartition("/")[0] + "/cffffffffffffffff")
    with pytest.raises(UnreachableError, match="does not answer"):
        await RoomClient().join("http://127.0.0.1:9/c1")


async def test_a_private_room_takes_its_token_as_such_or_in_the_url(appliance: Appliance) -> None:
    private = await appliance.conversation(require_auth=True, properties={"participant_left_timeout": 60})
    url, token = private["conversation_url"].partition("?")[0], private["meeting_token"]
    for entrance in ((url, token), (f"{url}?t={token}", None)):
        async with RoomClient() as room:
            await room.join(*entrance)
    with pytest.raises(NotAdmittedError, match="missing"):
        await RoomClient().join(url)
    other = (await appliance.conversation(require_auth=True))["conversation_url"].partition("?")[0]
    with pytest.raises(NotAdmittedError, match="another room"):
        await RoomClient().join(other, token)


async def test_an_expired_token_is_told_apart(appliance: Appliance) -> None:
    private = await appliance.conversation(require_auth=True, properties={"participant_absent_timeout": 1})
    await asyncio.sleep(1.5)
    with pytest.raises((TokenExpiredError, ConversationEndedError)) as refused:
        await RoomClient().join(private["conversation_url"].partition("?")[0], private["meeting_token"])
    assert "expired" in str(refused.value) or "ended" in str(refused.value)


async def test_a_message_that_no_channel_carries_is_refused_and_harms_nothing(appliance: Appliance) -> None:
    async with RoomClient() as room:
        with pytest.raises(NotConnectedError, match="join"):
            room.interact("conversation.interrupt")
        messages = room.messages()
        await room.join(await appliance.room())
        with pytest.raises(RoomError, match="too long"):
            room.interact("conversation.echo", text="x" * 300_000)
        room.interact("conversation.echo", text="still here")
        await message_of(messages, "conversation.utterance", speech="still here")


async def test_a_callback_that_fails_costs_nobody_else_anything(appliance: Appliance) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("a mistake of the program")

    heard: list[ReceivedSound] = []
    async with RoomClient() as room:
        room.on_sound(fail)
        room.on_message(fail)
        room.on_state(fail)
        stop = room.on_sound(heard.append)
        await room.join(await appliance.room())
        await until(lambda: len(heard) > 5)
        stop()
        count = len(heard)
        await asyncio.sleep(0.2)
        assert len(heard) == count


async def test_a_connection_that_breaks_where_no_place_is_kept_is_lost(appliance: Appliance) -> None:
    room = RoomClient()
    await room.join(await appliance.room())
    assert room._stay is not None
    room._stay._resume_token = None
    await connection_of(room)._peer.close()
    async with asyncio.timeout(SOON):
        assert await room.wait_closed() == "lost"
    assert "did not come back" in str(room.error)


async def test_a_connection_that_breaks_is_made_again_in_the_same_place(appliance: Appliance) -> None:
    changes: list[str] = []
    states: list[str] = []
    url = await appliance.room()
    async with RoomClient() as room, RoomClient() as other:
        other.on_room_change(lambda change: changes.append(type(change).__name__))
        room.on_state(states.append)
        await other.join(url, user_name="Bob")
        await room.join(url, user_name="Ann")
        session_id = room.session_id
        await until(lambda: len(other.participants) == len(room.participants) == 2)
        assert {each.user_name for each in room.participants.values()} == {room.replica_name, "Bob"}
        await connection_of(room)._peer.close()
        await until(lambda: states == ["joining", "joined", "reconnecting", "joined"])
        assert room.session_id == session_id
        messages = room.messages()
        room.interact("conversation.echo", text="back again")
        await message_of(messages, "conversation.utterance", speech="back again")
        assert "Left" not in changes


async def test_a_room_that_falls_silent_is_joined_anew_in_the_same_place(appliance: Appliance) -> None:
    states: list[str] = []
    async with RoomClient() as room:
        room.on_state(states.append)
        await room.join(await appliance.room())
        session_id, broken = room.session_id, connection_of(room)
        with patch.object(broken, "packets_received", return_value=7):
            await until(lambda: states == ["joining", "joined", "reconnecting", "joined"])
        assert connection_of(room) is not broken
        assert broken.closed
        assert room.session_id == session_id


async def test_a_connection_that_comes_back_by_itself_is_kept(appliance: Appliance) -> None:
    states: list[str] = []
    async with RoomClient() as room:
        room.on_state(states.append)
        await room.join(await appliance.room())
        held = connection_of(room)
        with patch.object(held, "packets_received", side_effect=lambda: 7 + ("reconnecting" in states)):
            await until(lambda: states[-2:] == ["reconnecting", "joined"])
        assert connection_of(room) is held
