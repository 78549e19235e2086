"""A room and the people in it, over real WebRTC on loopback: what goes wrong stays where it is."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from numpy.typing import NDArray

from engine.bench.witness import Witness
from engine.errors import CapacityError, InvalidInputError, SignallingError
from engine.layers.replica.protocol import ReplicaState
from engine.room import participant as participants
from engine.room.loopback import bind_to_loopback
from engine.room.participant import Participant
from engine.room.playout import MEDIA_RATE, TICK
from engine.room.room import Room
from tests.conversation.test_call import voice_like
from tests.fakes.layers import GreyFace
from tests.real_time import until


class Host:
    """Notes what a room tells, and fails where it is told to."""

    def __init__(self) -> None:
        self.face = GreyFace()
        self.told: list[str] = []
        self.sound: list[NDArray[np.float32]] = []
        self.played_at: list[int] = []
        self.messages: list[dict[str, Any]] = []
        self.deaf_for = 0
        """Pieces of sound that it fails at."""
        self.broken = False
        self.noise: list[tuple[str, bool]] = []
        self.wishes: list[tuple[str, bool]] = []
        self.recordable = False

    def joined(self, participant: Participant) -> None:
        self.told.append("joined")

    def left(self, session_id: str) -> None:
        self.told.append("left")

    def played(self, position: int, sound: NDArray[np.int16]) -> None:
        assert sound.shape == (TICK,)
        assert sound.dtype == np.int16
        self.played_at.append(position)

    def noise_cancellation(self, participant: Participant, on: bool) -> None:
        self.noise.append((participant.session_id, on))

    def recording_wished(self, participant: Participant, on: bool) -> None:
        if not self.recordable:
            raise InvalidInputError("event_type", on, "in a conversation with `enable_recording` it is")
        self.wishes.append((participant.session_id, on))

    def heard(self, participant: Participant, samples: NDArray[np.float32]) -> None:
        if self.deaf_for:
            self.deaf_for -= 1
            raise RuntimeError("nothing heard")
        self.sound.append(samples)

    def received(self, participant: Participant, message: dict[str, Any]) -> None:
        if self.broken:
            raise RuntimeError("nothing understood")
        self.messages.append(message)

    def failed(self) -> None:
        self.told.append("failed")

    def draw(self, position: int) -> NDArray[np.uint8]:
        return self.face.frame(position, ReplicaState.IDLE)


def seconds_silent(host: Host) -> float:
    """Return for how long nothing has been heard by now."""
    samples = 0
    for sound in reversed(host.sound):
        if sound.any():
            break
        samples += sound.size
    return samples / 16_000


@asynccontextmanager
async def room_of(host: Host, *, seats: int = 2, recordable: bool = False) -> AsyncIterator[Room]:
    """Whatever escapes into the loop fails the test, and so does a task that is left."""
    escaped: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: escaped.append(context))
    with ThreadPoolExecutor(1) as renderer:
        room = Room(host, renderer=renderer, frames_per_second=25, loopback=True, seats=seats, recordable=recordable)
        yield room
        await room.close()
        assert not [task for task in asyncio.all_tasks() if task.get_name().startswith(("participant", "room"))]
    assert not escaped


@asynccontextmanager
async def person_in(room: Room) -> AsyncIterator[Witness]:
    person, resume_token = Witness(), ""

    async def signal(sdp: str) -> str:
        nonlocal resume_token
        joined = await room.join(sdp, "tester")
        resume_token = joined.resume_token
        return joined.sdp

    await person.join(signal)
    try:
        yield person
    finally:
        await person.close()
        await room.leave(resume_token)


async def offer_of(connection: RTCPeerConnection) -> str:
    connection.addTransceiver("audio")
    await connection.setLocalDescription(await _bound(connection))
    return connection.localDescription.sdp


async def _bound(connection: RTCPeerConnection):  # type: ignore[no-untyped-def]
    offer = await connection.createOffer()
    bind_to_loopback(connection)
    return offer


async def test_people_come_and_go_and_the_clock_runs_while_somebody_is_there() -> None:
    host = Host()
    async with room_of(host) as room:
        assert room.playout.position == 0
        async with person_in(room) as first, person_in(room):
            assert room.people == 2
            await until(lambda: bool(first.received.sound))
        await until(lambda: room.people == 0)
        assert host.told == ["joined", "joined", "left", "left"]
        stopped = room.playout.position
        await asyncio.sleep(0.1)
        assert room.playout.position == stopped
        async with person_in(room) as again:
            await until(lambda: bool(again.received.sound))
        assert room.playout.position > stopped


async def test_what_the_replica_sounds_is_told_tick_by_tick_silence_included() -> None:
    host = Host()
    async with room_of(host) as room, person_in(room):
        await until(lambda: len(host.played_at) > 10)
        assert set(np.diff(host.played_at)) == {TICK}


async def test_a_full_room_says_so_and_a_seat_that_is_left_can_be_taken() -> None:
    async with room_of(Host(), seats=1) as room:
        async with person_in(room):
            with pytest.raises(CapacityError, match="1 seats"):
                await room.join("v=0", "one too many")
        await until(lambda: room.people == 0)
        async with person_in(room):
            assert room.people == 1


async def test_a_face_that_fails_costs_the_picture_and_not_the_voice(caplog: pytest.LogCaptureFixture) -> None:
    host = Host()
    host.face.fails = True
    async with room_of(host) as room, person_in(room) as person:
        await until(lambda: room.counts.failed_frames > 10)
        assert person.received.pictures == []
        host.face.fails = False
        await until(lambda: len(person.received.pictures) > 5)
        room.playout.append(voice_like(0.2))
        await until(lambda: person.first_sound(0.0) is not None)
    assert [r.message for r in caplog.records if r.levelno >= logging.ERROR] == [
        "the face could not be drawn; the picture stands still while this lasts"
    ]


async def test_a_clock_that_stops_is_told() -> None:
    host = Host()
    async with room_of(host) as room, person_in(room):
        room.playout.append(np.full((2, 2), 0.5, dtype=np.float32).astype(object))
        await until(lambda: "failed" in host.told)


async def test_the_room_is_closed_once_no_frame_is_being_drawn() -> None:
    host = Host()
    async with room_of(host) as room, person_in(room) as person:
        await until(lambda: bool(person.received.pictures))
        host.face.gate.clear()
        # A frame is being drawn: the next one was due and had to be left out.
        skipped = room.counts.skipped_frames
        await until(lambda: room.counts.skipped_frames > skipped + 1)
        closing = asyncio.create_task(room.close())
        await asyncio.sleep(0.5)
        assert not closing.done()
        host.face.gate.set()
        await closing
        host.face.close()
        await asyncio.sleep(0.1)
        assert host.face.drawn_after_close == 0


async def test_one_sound_that_cannot_be_heard_makes_nobody_deaf(caplog: pytest.LogCaptureFixture) -> None:
    host = Host()
    host.deaf_for = 10
    async with room_of(host) as room, person_in(room):
        await until(lambda: len(host.sound) > 10)
    assert len([r for r in caplog.records if "could not be heard" in r.message]) == 1


async def test_a_microphone_that_is_unplugged_in_mid_sentence_is_silent() -> None:
    host = Host()
    async with room_of(host) as room, person_in(room) as person:
        person.microphone.push(voice_like(30), MEDIA_RATE)
        await until(lambda: any(np.abs(sound).max() > 0.1 for sound in host.sound if sound.size))
        (sender,) = [s for s in person.connection._peer.getSenders() if s.kind == "audio"]
        sender.replaceTrack(None)
        # What was on its way is still heard, then nothing but silence.
        await until(lambda: seconds_silent(host) > 1)
        heard = len(host.sound)
        await until(lambda: len(host.sound) > heard + 1)
        assert not any(sound.any() for sound in host.sound[heard + 1 :])
        assert room.people == 1


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, "7", "", '{"a": 1'])
async def test_a_message_that_cannot_be_read_is_answered_and_harms_nothing(text: str) -> None:
    host = Host()
    async with room_of(host) as room, person_in(room) as person:
        person.send_text(text)
        await person.event("error")
        person.send("conversation.interrupt", "c1")
        await until(lambda: bool(host.messages))


async def test_a_message_that_cannot_be_handled_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    host = Host()
    async with room_of(host) as room, person_in(room) as person:
        host.broken = True
        person.send("conversation.interrupt", "c1")
        await until(lambda: "could not be handled" in caplog.text)
        host.broken = False
        person.send("conversation.interrupt", "c1")
        await until(lambda: bool(host.messages))


async def test_what_is_told_before_the_data_channel_is_open_arrives() -> None:
    class Talkative(Host):
        def joined(self, participant: Participant) -> None:
            room.broadcast({"event_type": "first"})
            room.broadcast({"event_type": "second"})

    async with room_of(Talkative()) as room, person_in(room) as person:
        await person.event("second")
        assert [json.dumps(m.message) for m in person.received.messages if "room." not in m.event_type] == [
            '{"event_type": "first"}',
            '{"event_type": "second"}',
        ]


async def test_a_message_that_is_too_long_for_somebody_harms_nothing() -> None:
    async with room_of(Host()) as room:
        person = Witness()

        async def signal(sdp: str) -> str:
            modest = re.sub(r"a=max-message-size:\d+", "a=max-message-size:1000", sdp)
            return (await room.join(modest, "tester"))[0]

        await person.join(signal)
        room.broadcast({"event_type": "long", "text": "x" * 2_000})
        room.broadcast({"event_type": "short"})
        await person.event("short")
        assert "long" not in {m.event_type for m in person.received.messages}
        await person.close()


async def test_a_message_that_is_too_long_and_can_be_divided_arrives_in_parts() -> None:
    async with room_of(Host()) as room:
        person = Witness()

        async def signal(sdp: str) -> str:
            modest = re.sub(r"a=max-message-size:\d+", "a=max-message-size:5000", sdp)
            return (await room.join(modest, "tester"))[0]

        await person.join(signal)
        room.broadcast({"event_type": "long", "properties": {"text": "word " * 3_000}})
        room.broadcast({"event_type": "short"})
        await person.event("short")
        parts = [m.message["properties"] for m in person.received.messages if m.event_type == "long"]
        assert len(parts) > 1
        assert "".join(part["text"] for part in parts) == "word " * 3_000
        assert [part["done"] for part in parts] == [False] * (len(parts) - 1) + [True]
        await person.close()


async def test_who_never_connects_loses_the_seat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(participants, "CONNECT_WITHIN", 1.5)
    host = Host()
    async with room_of(host, seats=1) as room:
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        await room.join(await offer_of(connection), "absent")
        with pytest.raises(CapacityError):
            await room.join("v=0", "too early")
        await connection.close()
        await until(lambda: not list(room._places))
        # Whoever does come has the usual time for it.
        monkeypatch.undo()
        async with person_in(room):
            assert room.people == 1
        await until(lambda: room.people == 0)
        assert host.told == ["joined", "left"]


async def test_a_room_that_closes_while_somebody_joins_keeps_nothing_of_them() -> None:
    host = Host()
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    offer = await offer_of(connection)
    async with room_of(host) as room:
        joining = asyncio.create_task(room.join(offer, "just in time"))
        await asyncio.sleep(0)
        await room.close()
        with pytest.raises(SignallingError):
            await joining
        with pytest.raises(SignallingError, match="closed"):
            await room.join(offer, "too late")
        await asyncio.sleep(0.1)
        assert host.told == []
        assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("participant")]
    await connection.close()


async def test_a_join_that_is_given_up_keeps_no_seat() -> None:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    offer = await offer_of(connection)
    async with room_of(Host(), seats=1) as room:
        joining = asyncio.create_task(room.join(offer, "impatient"))
        await asyncio.sleep(0)
        joining.cancel()
        await asyncio.wait({joining})
        async with person_in(room):
            assert room.people == 1
    await connection.close()
