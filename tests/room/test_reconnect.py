"""A connection breaks and another one takes its place: the same person to everybody, and nobody sees a leave."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection

from engine.errors import CapacityError, SignallingError
from engine.room import participant as participants
from engine.room import places
from engine.room.playout import MEDIA_RATE
from engine.room.room import Room
from tests.conversation.test_call import voice_like
from tests.real_time import best_of, in_time, until
from tests.room.test_people import Guest, guest_in, tone
from tests.room.test_room import Host, offer_of, room_of, seconds_silent

BACK_WITHIN = 2.0
"""Seconds from the network's return (or the new page's offer) to sound."""


def transports(connection: RTCPeerConnection) -> list[Any]:
    """Return the ICE connections beneath a peer connection."""
    return [receiver.transport.transport._connection for receiver in connection.getReceivers()]


@contextmanager
def network_gone(*connections: RTCPeerConnection) -> Iterator[None]:
    """Nothing that these send arrives, and nobody is told."""

    async def lose(data: bytes) -> None:
        pass

    parts = [part for connection in connections for part in transports(connection)]
    with patch.object(participants, "SILENT_AFTER", 60.0):
        before = [part.send for part in parts]
        for part in parts:
            part.send = lose
        yield
        for part, send in zip(parts, before, strict=True):
            part.send = send


async def come_back(room: Room, token: str) -> tuple[Guest, float]:
    """Return somebody who has come back, and how long it took until they heard the room."""
    guest = Guest()
    began = time.monotonic()
    await guest.enter(room, "somebody else", resume_token=token)
    await until(lambda: bool(guest.received.sound))
    return guest, guest.received.sound[0].time - began


async def test_a_page_that_is_loaded_again_takes_its_place_again() -> None:
    async def measure() -> None:
        host = Host()
        async with room_of(host) as room, guest_in(room, "Ada") as ada, guest_in(room, "Bruno") as bruno:
            ada.state(audio=False)
            await until(lambda: bool(bruno.switched()))
            # A page that goes sends its farewell: nobody knows yet whether it comes back.
            await room.leave(ada.answer.resume_token, may_return=True)
            await ada.close()
            assert room.people == 1
            assert room.present == 2
            room.broadcast({"event_type": "while away"})
            again, took = await come_back(room, ada.answer.resume_token)
            assert again.answer[1:] == ada.answer[1:], "session id and token are those of before"
            await again.event("while away")
            (roster,) = again.told("room.participants")
            (own,) = [each for each in roster["participants"] if each["local"]]
            assert (own["session_id"], own["user_name"], own["audio"]) == (ada.session_id, "Ada", False)
            await asyncio.sleep(0.2)
            assert not bruno.told("room.participant_left")
            assert len(bruno.told("room.participant_joined")) == 0
            assert len(bruno.switched()) == 1
            assert host.told == ["joined", "joined"]
            await again.close()
            in_time(took < BACK_WITHIN, f"back after {took:.2f} s")

    await best_of(measure)


async def test_a_new_connection_takes_over_from_one_that_only_seems_to_live() -> None:
    host = Host()
    async with room_of(host, seats=1) as room, guest_in(room) as ada:
        (place,) = room._places
        before = place.participant
        assert before is not None
        ada.microphone.push(tone(600, 60), MEDIA_RATE)
        with network_gone(ada.connection._peer, before._connection):
            again, _ = await come_back(room, ada.answer.resume_token)
            assert again.session_id == ada.session_id
            assert place.participant is not before
            await until(lambda: before._connection.connectionState == "closed")
        await again.speak(voice_like(0.3))
        await until(lambda: any(abs(sound).max() > 0.1 for sound in host.sound if sound.size))
        assert (room.people, host.told) == (1, ["joined"])
        await again.close()


async def test_a_network_that_is_gone_for_five_seconds_ends_nothing() -> None:
    host = Host()
    async with room_of(host) as room, guest_in(room) as ada:
        (place,) = room._places
        assert place.participant is not None
        await until(lambda: len(ada.received.pictures) > 10)
        with network_gone(ada.connection._peer, place.participant._connection):
            await asyncio.sleep(5)
            heard, seen = len(ada.received.sound), len(ada.received.pictures)
        back = time.monotonic()
        await until(lambda: len(ada.received.sound) > heard + 10 and len(ada.received.pictures) > seen + 10)
        assert time.monotonic() - back < BACK_WITHIN + 3
        assert (room.people, host.told) == (1, ["joined"])


async def test_who_does_not_come_back_in_time_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "KEPT_FOR", 1.0)
    host = Host()
    async with room_of(host, seats=2) as room, guest_in(room, "Ada") as ada, guest_in(room, "Bruno") as bruno:
        await ada.close()
        await until(lambda: room.people == 1)
        with pytest.raises(CapacityError):
            await room.join("v=0", "another one")
        assert host.told == ["joined", "joined"]
        gone = await bruno.event("room.participant_left")
        assert gone.message["properties"]["participant"]["session_id"] == ada.session_id
        assert host.told == ["joined", "joined", "left"]
        assert not room.holds_place(ada.answer.resume_token)
        # A token that is too late is no refusal: its owner comes as somebody new.
        again, _ = await come_back(room, ada.answer.resume_token)
        assert again.session_id != ada.session_id
        await again.close()


async def test_who_is_gone_in_mid_sentence_is_silent_until_they_are_back() -> None:
    host = Host()
    async with room_of(host) as room, guest_in(room) as ada:
        ada.microphone.push(tone(600, 60), MEDIA_RATE)
        await until(lambda: any(abs(sound).max() > 0.1 for sound in host.sound if sound.size))
        await ada.close()
        await until(lambda: seconds_silent(host) > 1)
        again, _ = await come_back(room, ada.answer.resume_token)
        again.microphone.push(tone(600, 60), MEDIA_RATE)
        heard = len(host.sound)
        await until(lambda: any(abs(sound).max() > 0.1 for sound in host.sound[heard:] if sound.size))
        await again.close()


async def test_who_leaves_gives_the_place_up_at_once() -> None:
    host = Host()
    async with room_of(host) as room, guest_in(room) as ada:
        await room.leave(ada.answer.resume_token)
        assert not room.holds_place(ada.answer.resume_token)
        assert (room.present, host.told) == (0, ["joined", "left"])


async def test_a_return_that_fails_leaves_the_place_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "KEPT_FOR", 1.0)
    host = Host()
    async with room_of(host) as room, guest_in(room) as ada:
        with pytest.raises(SignallingError):
            await room.join("nonsense", "Ada", resume_token=ada.answer.resume_token)
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        await room.join(await offer_of(connection), "Ada", resume_token=ada.answer.resume_token)
        heard = len(ada.received.sound)
        await until(lambda: len(ada.received.sound) > heard + 10)
        await room.leave(ada.answer.resume_token, may_return=True)
        await connection.close()
        await until(lambda: host.told == ["joined", "left"])


async def test_a_token_of_another_room_is_worth_nothing_here() -> None:
    async with room_of(Host()) as other, room_of(Host(), seats=1) as room, guest_in(room) as ada:
        assert not other.holds_place(ada.answer.resume_token)
        for nonsense in ("", "x" * 200, "\ud800", ada.session_id):
            assert not room.holds_place(nonsense)
        with pytest.raises(CapacityError):
            await room.join("v=0", "Mallory", resume_token=ada.session_id)
