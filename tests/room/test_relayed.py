"""People whom only a TURN server leads to the room, over coturn: sound, pictures and messages flow, and the secret is what lets them in."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import av
import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from aiortc.rtcconfiguration import RTCIceTransportPolicy

from engine.network import NetworkPolicy
from engine.room import turn_servers
from engine.room.client.publishing import Microphone, MicrophoneTrack
from engine.room.own_relay import RELAY_WITHIN, OwnRelay
from engine.room.participant import Participant
from engine.room.playout import MEDIA_RATE
from engine.room.room import Room
from engine.room.turn_servers import IceServer
from tests.conversation.test_call import voice_like
from tests.real_time import SOON, best_of, in_time, until
from tests.room.test_room import Host, room_of
from tests.room.turn_server import TurnServer, turn_server


@pytest.fixture
async def turn(tmp_path: Path) -> AsyncIterator[TurnServer]:
    async with turn_server(tmp_path) as running:
        yield running


class RelayedPerson:
    """Somebody whose own addresses lead nowhere: the browser's `iceTransportPolicy: "relay"`."""

    def __init__(self, servers: list[IceServer]) -> None:
        given = [RTCIceServer(**server.as_json()) for server in servers]
        self.connection = RTCPeerConnection(
            RTCConfiguration(iceServers=given, iceTransportPolicy=RTCIceTransportPolicy.RELAY)
        )
        self.microphone = Microphone()
        self.channel = self.connection.createDataChannel("app-messages")
        self.messages: list[str] = []
        self.frames: dict[str, int] = {"audio": 0, "video": 0}
        self._reading: list[asyncio.Task[None]] = []
        self.channel.on("message", self.messages.append)
        self.connection.on("track", lambda track: self._reading.append(asyncio.create_task(self._read(track))))
        self.connection.addTransceiver(MicrophoneTrack(self.microphone), direction="sendrecv")
        self.connection.addTransceiver("video", direction="recvonly")

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def join(self, room: Room) -> None:
        joined = await room.join(await self.offer(), "Far away")
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp=joined.sdp, type="answer"))

    async def close(self) -> None:
        await self.connection.close()
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)

    async def _read(self, track: MediaStreamTrack) -> None:
        while True:
            frame = await track.recv()
            if isinstance(frame, av.AudioFrame | av.VideoFrame):
                self.frames[track.kind] += 1


@asynccontextmanager
async def relayed(servers: list[IceServer]) -> AsyncIterator[RelayedPerson]:
    person = RelayedPerson(servers)
    try:
        yield person
    finally:
        await person.close()


def candidates(sdp: str, kind: str = "") -> list[str]:
    return [line for line in sdp.splitlines() if line.startswith("a=candidate") and f"typ {kind}" in line]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_sound_pictures_and_messages_flow_through_the_server(turn: TurnServer, transport: str) -> None:
    host = Host()
    async with room_of(host) as room, relayed(turn.servers(transport=transport).for_participant()) as person:
        await person.join(room)
        await until(lambda: person.channel.readyState == "open")
        person.channel.send(json.dumps({"message_type": "conversation", "event_type": "conversation.interrupt"}))
        person.microphone.push(voice_like(0.5), MEDIA_RATE)
        await until(lambda: host.messages and any(np.abs(sound).max() > 0.1 for sound in host.sound))
        await until(lambda: min(person.frames.values()) > 5)
        await until(lambda: any("room.participants" in message for message in person.messages))
        sdp = person.connection.localDescription.sdp
        assert candidates(sdp) == candidates(sdp, "relay") != []


async def test_who_does_not_know_the_secret_is_refused(turn: TurnServer) -> None:
    async with relayed(turn.servers("a guess").for_participant()) as stranger:
        assert candidates(await stranger.offer()) == []


async def test_a_credential_ends(turn: TurnServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn_servers, "GOOD_FOR", -10)
    late = turn.servers().for_participant()
    monkeypatch.undo()
    async with relayed(late) as person:
        assert candidates(await person.offer()) == []


def participant(ice_servers: list[RTCIceServer]) -> Participant:
    """Return the room's side of a connection, which goes through these servers."""
    return Participant(
        "Ann",
        session_id="s1",
        loopback=True,
        video=True,
        others=True,
        due=lambda _: 0.0,
        on_ready=lambda _: None,
        on_sound=lambda *_: None,
        on_message=lambda *_: None,
        on_picture_lost=lambda _: None,
        on_quality=lambda *_: None,
        on_shown=lambda *_: None,
        on_gone=lambda _: None,
        ice_servers=ice_servers,
    )


async def test_the_room_offers_one_address_at_the_server_beside_loopback(turn: TurnServer) -> None:
    own = await OwnRelay(turn.servers(), NetworkPolicy()).servers()
    side = participant(own)
    async with relayed(turn.servers().for_participant()) as person:
        answer = await side.answer(await person.offer())
        assert len(set(candidates(answer, "relay"))) == 1
        assert all(" 127.0.0.1 " in line for line in candidates(answer))
        assert candidates(answer, "host")
        await side.close()
        await until(lambda: turn.said("Refresh") or turn.said("refresh"))


async def test_two_addresses_at_the_server_reach_each_other(turn: TurnServer) -> None:
    side = participant(await OwnRelay(turn.servers(), NetworkPolicy()).servers())
    async with relayed(turn.servers().for_participant()) as person:
        first, *later = (await person.offer()).partition("m=audio")[2].split("m=")
        # As browsers offer: addresses stand in the first section alone.
        bare = ["\r\n".join(line for line in each.splitlines() if "candidate" not in line) + "\r\n" for each in later]
        head = person.connection.localDescription.sdp.partition("m=audio")[0]
        answer = await side.answer("m=".join([f"{head}m=audio{first}", *bare]))
        only = [line for line in answer.splitlines() if line not in candidates(answer, "host")]
        description = RTCSessionDescription(sdp="\r\n".join(only) + "\r\n", type="answer")
        await person.connection.setRemoteDescription(description)
        await until(lambda: person.connection.connectionState == "connected")
        await side.close()


async def test_a_server_that_is_away_holds_up_neither_the_answer_nor_the_end(turn: TurnServer) -> None:
    own = await OwnRelay(turn.servers(), NetworkPolicy()).servers()

    async def measure() -> None:
        async with relayed([]) as person:
            offer = await person.offer()
            # One is away when it is asked for an address, another when it is told that the address is not needed any more.
            begun = time.monotonic()
            side = participant([RTCIceServer("turn:127.0.0.1:9?transport=udp", username="u", credential="c")])
            assert candidates(await side.answer(offer), "relay") == []
            in_time(time.monotonic() - begun < RELAY_WITHIN + 1, "the answer waited")
            await side.close()
            side = participant(own)
            await side.answer(offer)
            turn.process.kill()
            await turn.process.wait()
            begun = time.monotonic()
            async with asyncio.timeout(SOON):
                await side.close()
            in_time(time.monotonic() - begun < 4, "the end waited")

    await best_of(measure, 1)
