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

from engine.room.client.publishing import Camera
from engine.room.client.received import ReceivedPicture
from engine.room.playout import MEDIA_RATE
from engine.room.room import Room
from tests.real_time import until
from tests.room.test_people import Guest, tone
from tests.room.test_room import Host, room_of


class Plain(Camera):
    """A camera that sees one shade of grey, at 15 frames a second."""

    def __init__(self, luma: int) -> None:
        super().__init__()
        self.luma = luma
        self._count = 0

    async def take(self) -> av.VideoFrame:
        await asyncio.sleep(1 / 15)
        yuv = np.full((144 * 3 // 2, 176), 128, dtype=np.uint8)
        yuv[:144] = self.luma
        frame = av.VideoFrame.from_ndarray(yuv, format="yuv420p")
        frame.pts, frame.time_base = self._count * 6000, Fraction(1, 90_000)
        self._count += 1
        return frame


class Onlooker(Guest):
    """A guest with a camera (or the shade that it sees), perhaps a screen, and sections in which others can be shown."""

    def __init__(self, *, camera: Camera | int | None = None, screen: int | None = None, slots: int = 2) -> None:
        super().__init__(
            camera=Plain(camera) if isinstance(camera, int) else camera,
            screen=None if screen is None else Plain(screen),
            others=slots,
            on_picture=self._look,
        )
        self.seen: dict[tuple[str, str], list[int]] = {}
        """Shades of the pictures of everybody, by whose they are and what of them."""

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Who is shown, and what of them, as the room tells it: one for each section in use."""
        told = self.told("room.pictures")
        return [(each["session_id"], each["kind"]) for each in told[-1]["pictures"]] if told else []

    def sees(self, other: Guest, shade: int, kind: str = "camera") -> bool:
        wanted = (other.session_id, kind)
        return wanted in self.shown and any(abs(luma - shade) < 8 for luma in self.seen.get(wanted, [])[-1:])

    def _look(self, picture: ReceivedPicture) -> None:
        luma = picture.frame.to_ndarray(format="yuv420p")[: picture.frame.height]
        self.seen.setdefault((picture.session_id, picture.kind), []).append(round(float(luma.mean())))


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
        assert all(each["video"] for each in bruno.switched() if each["session_id"] == ada.session_id)
        (shown,) = bruno.shown
        before = len(bruno.seen[shown])
        await until(lambda: len(bruno.seen[shown]) > before + 20)


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
        await until(lambda: bruno.shown == [(ada.session_id, "camera")])


async def test_with_one_section_screens_and_then_the_active_speaker_are_shown() -> None:
    async with (
        room_of(Host(), seats=3) as room,
        onlooker_in(room, slots=1) as ada,
        onlooker_in(room, camera=60) as bruno,
        onlooker_in(room, camera=190) as cleo,
    ):
        await until(lambda: ada.sees(bruno, 60))
        cleo.microphone.push(tone(300, 20), MEDIA_RATE)
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
