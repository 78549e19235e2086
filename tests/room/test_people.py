"""Several people in one room, over real WebRTC: who is told of whom, who hears whom, and one encoder for all."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from engine.bench.witness import Witness
from engine.room.playout import MEDIA_RATE
from engine.room.room import Joined, Room
from engine.room.roster import REPLICA_USER_ID, STATES
from tests.conversation.test_call import voice_like
from tests.real_time import best_of, in_time, until
from tests.room.test_room import Host, room_of


class Guest(Witness):
    """A client that knows what joining was answered with."""

    answer: Joined

    async def enter(self, room: Room, user_name: str, **credentials: Any) -> None:
        async def signal(sdp: str) -> str:
            self.answer = await room.join(sdp, user_name, **credentials)
            return self.answer.sdp

        await self.join(signal)

    @property
    def session_id(self) -> str:
        return self.answer.session_id

    def state(self, **states: object) -> None:
        self.send_text(json.dumps({"message_type": "room", "event_type": "room.state", "properties": states}))

    def told(self, event_type: str) -> list[dict[str, Any]]:
        return [m.message["properties"] for m in self.received.messages if m.event_type == event_type]

    def switched(self) -> list[dict[str, Any]]:
        """What was told when a microphone, a camera or a screen was switched; connections are worse while the machine is busy."""
        seen: dict[str, list[bool]] = {}
        switched = []
        for told in self.received.messages:
            if told.event_type.startswith("room.participant"):
                properties = told.message["properties"]
                for each in properties.get("participants") or [properties["participant"]]:
                    states = [each[name] for name in STATES]
                    if told.event_type == "room.participant_updated" and seen.get(each["session_id"]) != states:
                        switched.append(each)
                    seen[each["session_id"]] = states
        return switched

    async def hears_tone(self, hertz: float, since: int = 0) -> None:
        """Wait until a tone is the loudest thing in what was received after the first `since` pieces."""
        await until(lambda: _loudest(self, since) == pytest.approx(hertz, abs=30))


def _loudest(guest: Witness, since: int) -> float:
    samples = [sound.samples for sound in guest.received.sound[since:][-10:]]
    sound = np.concatenate(samples) if samples else np.zeros(1)
    if sound.size < 4800 or np.abs(sound).max() < 0.02:
        return 0.0
    return float(np.argmax(np.abs(np.fft.rfft(sound))) * 48_000 / sound.size)


def tone(hertz: float, seconds: float, level: float = 0.3) -> np.ndarray[Any, np.dtype[np.float32]]:
    return (level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * 48_000)) / 48_000)).astype(np.float32)


@asynccontextmanager
async def guest_in(room: Room, user_name: str = "tester", **credentials: Any) -> AsyncIterator[Guest]:
    guest = Guest()
    await guest.enter(room, user_name, **credentials)
    try:
        yield guest
    finally:
        await guest.close()
        await room.leave(guest.answer.resume_token)


async def test_everybody_knows_who_is_there() -> None:
    async with room_of(Host()) as room:
        async with guest_in(room, "Ada", owner=True) as ada:
            (roster,) = [(await ada.event("room.participants")).message["properties"]["participants"]]
            replica, own = roster
            assert replica["user_id"].startswith(REPLICA_USER_ID)
            assert (replica["audio"], replica["video"], replica["local"]) == (True, True, False)
            assert own == {
                "session_id": ada.session_id,
                "user_id": ada.session_id,
                "user_name": "Ada",
                "owner": True,
                "local": True,
                "joined_at": own["joined_at"],
                "audio": True,
                "video": False,
                "screen": False,
                "network": "good",
            }
            async with guest_in(room, "Bruno", user_id="bruno@example") as bruno:
                came = (await ada.event("room.participant_joined")).message["properties"]["participant"]
                assert (came["user_name"], came["user_id"], came["owner"]) == ("Bruno", "bruno@example", False)
                known = (await bruno.event("room.participants")).message["properties"]["participants"]
                assert [each["user_name"] for each in known] == ["", "Ada", "Bruno"]
                assert [each["local"] for each in known] == [False, False, True]
            gone = (await ada.event("room.participant_left")).message["properties"]["participant"]
            assert gone["session_id"] == bruno.session_id
        assert not ada.switched()
        assert len(bruno.told("room.participants")) == 1
        assert not bruno.told("room.participant_joined"), "nobody is told of themselves"


async def test_what_is_muted_and_shown_is_told_to_the_others() -> None:
    host = Host()
    async with room_of(host) as room, guest_in(room, "Ada") as ada, guest_in(room, "Bruno") as bruno:
        ada.state(audio=False, screen=True)
        await until(lambda: bool(bruno.switched()))
        (told,) = bruno.switched()
        assert (told["session_id"], told["audio"], told["video"], told["screen"]) == (
            ada.session_id,
            False,
            False,
            True,
        )
        ada.state(audio=False, screen=True)
        ada.state(audio=True)
        await until(lambda: len(bruno.switched()) == 2)
        assert bruno.switched()[1]["screen"] is True
        assert not ada.switched()
        assert host.messages == [], "messages to the room are no interactions"


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ({"event_type": "room.state", "properties": {"audio": "on"}}, "properties.audio"),
        ({"event_type": "room.state", "properties": {"screen": 1}}, "properties.screen"),
        ({"event_type": "room.state"}, "properties"),
        ({"event_type": "room.dance", "properties": {}}, "event_type"),
        ({"properties": {}}, "event_type"),
    ],
)
async def test_a_message_to_the_room_that_is_wrong_is_answered(message: dict[str, object], named: str) -> None:
    async with room_of(Host()) as room, guest_in(room) as ada, guest_in(room) as bruno:
        ada.send_text(json.dumps({"message_type": "room", **message}))
        error = await ada.event("error")
        assert error.message["properties"]["error"].startswith(named)
        assert not bruno.told("error")


async def test_people_hear_each_other_and_the_replica_but_not_themselves() -> None:
    async with room_of(Host(), seats=3) as room, guest_in(room) as ada, guest_in(room) as bruno, guest_in(room) as cleo:
        speaking = asyncio.create_task(ada.speak(tone(600, 4)))
        await bruno.hears_tone(600)
        await cleo.hears_tone(600)
        assert _loudest(ada, 0) == 0.0
        assert (await bruno.event("room.active_speaker")).message["properties"]["session_id"] == ada.session_id
        await speaking
        room.playout.append(tone(1000, 4))
        for guest in (ada, bruno, cleo):
            await guest.hears_tone(1000)
        spoken = await cleo.event("room.active_speaker", session_id=room.replica.session_id)
        assert spoken.time


async def test_who_is_alone_again_hears_the_replica_as_before() -> None:
    async with room_of(Host()) as room, guest_in(room) as ada:
        async with guest_in(room) as bruno:
            bruno.microphone.push(tone(600, 30), MEDIA_RATE)
            await ada.hears_tone(600)
        since = len(ada.received.sound)
        room.playout.append(tone(1000, 4))
        await ada.hears_tone(1000, since)


async def test_a_picture_is_encoded_once_for_everybody() -> None:
    async def measure() -> None:
        async with (
            room_of(Host(), seats=3) as room,
            guest_in(room) as ada,
            guest_in(room) as bruno,
            guest_in(room) as cleo,
        ):
            guests = (ada, bruno, cleo)
            await until(lambda: all(len(guest.received.pictures) > 10 for guest in guests))
            encoded, drawn = room._broadcast.picture.encoded, room.counts.frames
            seen = [len(guest.received.pictures) for guest in guests]
            await until(lambda: room.counts.frames > drawn + 50)
            assert room._broadcast.picture.encoded - encoded <= room.counts.frames - drawn + 1
            shown = [len(guest.received.pictures) - before for guest, before in zip(guests, seen, strict=True)]
            in_time(min(shown) > 40, f"{shown} of 50 pictures were shown")

    await best_of(measure)


async def test_a_picture_that_somebody_lost_begins_anew_for_all() -> None:
    async with room_of(Host()) as room, guest_in(room) as ada, guest_in(room):
        await until(lambda: len(ada.received.pictures) > 30)
        (encoding,) = room._broadcast.picture._encodings.values()
        before = encoding.key_frame
        (receiver,) = [r for r in ada.connection._peer.getReceivers() if r.track.kind == "video"]
        (ssrc,) = {source.source for source in receiver.getSynchronizationSources()}
        for _ in range(5):
            await receiver._send_rtcp_pli(ssrc)
        await until(lambda: encoding.key_frame > before)
        first = encoding.key_frame
        await asyncio.sleep(0.5)
        assert encoding.key_frame == first, "one answers them all"


async def test_who_takes_h264_alone_gets_it() -> None:
    async with room_of(Host()) as room, guest_in(room) as ada:
        guest = Guest()

        async def signal(sdp: str) -> str:
            guest.answer = await room.join(_without_vp8(sdp), "H264")
            return guest.answer.sdp

        await guest.join(signal)
        await until(lambda: len(guest.received.pictures) > 10 and len(ada.received.pictures) > 10)
        assert set(room._broadcast.picture._encodings) == {"VP8", "H264"}
        await guest.close()
        await room.leave(guest.answer.resume_token)
        await until(lambda: set(room._broadcast.picture._encodings) == {"VP8"})


def _without_vp8(sdp: str) -> str:
    lines = sdp.split("\r\n")
    dropped = {line.split(":")[1].split()[0] for line in lines if line.startswith("a=rtpmap:") and "VP8" in line}
    dropped |= {line.split(":")[1].split()[0] for line in lines if any(f"apt={each}" in line for each in dropped)}
    kept = []
    for line in lines:
        if line.startswith(tuple(f"a={kind}:{each} " for kind in ("rtpmap", "fmtp", "rtcp-fb") for each in dropped)):
            continue
        if line.startswith("m=video"):
            line = " ".join(word for word in line.split(" ") if word not in dropped)
        kept.append(line)
    return "\r\n".join(kept)


async def test_the_round_trip_and_the_losses_of_a_connection_are_known() -> None:
    async def measure() -> None:
        async with room_of(Host()) as room, guest_in(room) as ada:
            (place,) = room._places
            participant = place.participant
            assert participant is not None
            await until(lambda: all(r.round_trip is not None for r in participant.receptions))
            trips = [r.round_trip for r in participant.receptions if r.round_trip is not None]
            in_time(max(trips) < 0.1, f"round trips of {trips} s on loopback")
            in_time(not ada.told("room.network_quality"), "nothing is wrong with loopback")

    await best_of(measure)


async def test_a_speaker_who_is_loud_for_a_moment_takes_no_stage() -> None:
    async with room_of(Host()) as room, guest_in(room) as ada, guest_in(room) as bruno:
        await ada.speak(voice_like(0.1))
        await bruno.speak(voice_like(1.0))
        await ada.event("room.active_speaker")
        assert [each["session_id"] for each in ada.told("room.active_speaker")] == [bruno.session_id]
