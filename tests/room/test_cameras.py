"""People see each other: cameras and screens go from one real connection to another without being decoded in between."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from aiortc import MediaStreamTrack, RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from engine.room.loopback import bind_to_loopback
from engine.room.room import Room
from tests.real_time import until
from tests.room.test_people import Guest
from tests.room.test_room import Host, room_of


class Plain(MediaStreamTrack):
    """A camera that sees one shade of grey, at 15 frames a second."""

    kind = "video"

    def __init__(self, luma: int) -> None:
        super().__init__()
        self.luma = luma
        self._count = 0

    async def recv(self) -> av.VideoFrame:
        if self.readyState != "live":
            raise MediaStreamError
        await asyncio.sleep(1 / 15)
        yuv = np.full((144 * 3 // 2, 176), 128, dtype=np.uint8)
        yuv[:144] = self.luma
        frame = av.VideoFrame.from_ndarray(yuv, format="yuv420p")
        frame.pts, frame.time_base = self._count * 6000, Fraction(1, 90_000)
        self._count += 1
        return frame


class Onlooker(Guest):
    """A guest with a camera, perhaps a screen, and sections in which others can be shown."""

    def __init__(self, *, camera: int | None = None, screen: int | None = None, slots: int = 2) -> None:
        super().__init__()
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._camera, self._screen, self._slots = camera, screen, slots
        self.seen: dict[str, list[int]] = {}
        """Shades of the frames of each section, by its mid."""
        self._looking: list[asyncio.Task[None]] = []

    def make_camera(self) -> Plain | None:
        return Plain(self._camera) if self._camera is not None else None

    async def join(self, signal: Any, *, within: float = 15.0) -> None:
        connection = self._connection
        connection.on("connectionstatechange", self._changed)
        connection.addTransceiver(self.microphone, direction="sendrecv")
        connection.addTransceiver(self.make_camera() or "video", direction="sendrecv")
        if self._screen is not None:
            connection.addTransceiver(Plain(self._screen), direction="sendonly")
        for _ in range(self._slots):
            connection.addTransceiver("video", direction="recvonly")
        # Last: aiortc closes the transport of a channel that is older than the sections beside it.
        channel = self._channel = connection.createDataChannel("app-messages")
        channel.on("message", self._take_message)
        channel.on("open", self._changed)
        offer = await connection.createOffer()
        bind_to_loopback(connection)
        await connection.setLocalDescription(offer)
        answer = await signal(connection.localDescription.sdp)
        await connection.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
        for transceiver in connection.getTransceivers():
            if transceiver.receiver.track is not None:
                look = self._look(str(transceiver.mid), transceiver.receiver.track)
                self._looking.append(asyncio.create_task(look))
        await asyncio.wait_for(self._connected.wait(), within)

    async def close(self) -> None:
        for task in self._looking:
            task.cancel()
        await super().close()

    async def _look(self, mid: str, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if isinstance(frame, av.VideoFrame):
                luma = frame.to_ndarray(format="yuv420p")[: frame.height]
                self.seen.setdefault(mid, []).append(round(float(luma.mean())))

    @property
    def shown(self) -> dict[str, tuple[str, str]]:
        """Who is shown in which section, and what of them."""
        told = self.told("room.pictures")
        return {each["mid"]: (each["session_id"], each["kind"]) for each in told[-1]["pictures"]} if told else {}

    def sees(self, other: Guest, shade: int, kind: str = "camera") -> bool:
        mids = [mid for mid, shown in self.shown.items() if shown == (other.session_id, kind)]
        return any(abs(luma - shade) < 8 for mid in mids for luma in self.seen.get(mid, [])[-1:])


@asynccontextmanager
async def onlooker_in(room: Room, **named: Any) -> AsyncIterator[Onlooker]:
    guest = Onlooker(**named)
    await guest.enter(room, "onlooker")
    try:
        yield guest
    finally:
        await guest.close()
        await room.leave(guest.answer.resume_token)


async def test_people_see_each_other() -> None:
    async with room_of(Host()) as room, onlooker_in(room, camera=60) as ada, onlooker_in(room, camera=190) as bruno:
        await until(lambda: ada.sees(bruno, 190) and bruno.sees(ada, 60))
        told = [each["participant"] for each in bruno.told("room.participant_updated")]
        assert all(each["video"] for each in told if each["session_id"] == ada.session_id)
        before = len(bruno.seen[next(iter(bruno.shown))])
        await until(lambda: len(bruno.seen[next(iter(bruno.shown))]) > before + 20)


async def test_who_comes_later_sees_who_was_there() -> None:
    async with room_of(Host()) as room, onlooker_in(room, camera=60) as ada:
        (place,) = room._places
        assert place.participant is not None
        source = place.participant.sources["camera"]
        await until(lambda: source.live)
        async with onlooker_in(room) as bruno:
            await until(lambda: bruno.sees(ada, 60))
        await until(lambda: not source.slots)


async def test_a_screen_is_a_picture_of_its_own() -> None:
    async with (
        room_of(Host()) as room,
        onlooker_in(room, camera=60, screen=220) as ada,
        onlooker_in(room) as bruno,
    ):
        await until(lambda: bruno.sees(ada, 60) and bruno.sees(ada, 220, "screen"))
        ada.state(video=True, screen=False)
        await until(lambda: set(bruno.shown.values()) == {(ada.session_id, "camera")})


async def test_with_one_section_screens_and_then_the_active_speaker_are_shown() -> None:
    async with (
        room_of(Host(), seats=3) as room,
        onlooker_in(room, slots=1) as ada,
        onlooker_in(room, camera=60) as bruno,
        onlooker_in(room, camera=190) as cleo,
    ):
        await until(lambda: ada.sees(bruno, 60))
        cleo.microphone._speech = np.full(48_000 * 20, 0.3, dtype=np.float32) * np.sin(
            2 * np.pi * 300 * np.arange(48_000 * 20, dtype=np.float32) / 48_000
        )
        await until(lambda: ada.sees(cleo, 190))
        assert len(ada.shown) == 1


async def test_who_switches_the_camera_off_is_no_longer_shown() -> None:
    async with room_of(Host()) as room, onlooker_in(room, camera=60) as ada, onlooker_in(room) as bruno:
        await until(lambda: bruno.sees(ada, 60))
        ada.state(video=False)
        await until(lambda: not bruno.shown)
        ada.state(video=True)
        await until(lambda: bruno.sees(ada, 60))


def directions(sdp: str) -> list[str]:
    """Return the direction of each section of video."""
    sections = [section for section in sdp.split("m=") if section.startswith("video")]
    return [found for section in sections for found in re.findall(r"a=(sendonly|recvonly|sendrecv|inactive)", section)]


@pytest.mark.parametrize(
    ("seats", "slots", "answered"),
    [(2, 2, ["sendrecv", "sendonly", "sendonly"]), (1, 2, ["sendonly", "inactive", "inactive"]), (2, 0, ["sendonly"])],
)
async def test_a_camera_that_nobody_could_see_is_not_taken(seats: int, slots: int, answered: list[str]) -> None:
    async with room_of(Host(), seats=seats) as room, onlooker_in(room, camera=60, slots=slots) as guest:
        assert directions(guest.answer.sdp) == answered
