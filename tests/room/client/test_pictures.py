"""People's cameras and screens, from one client to the others through the room of a running appliance."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from aiortc.codecs.vpx import Vp8Decoder
from aiortc.jitterbuffer import JitterFrame
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import InvalidInputError
from engine.room.client import ReceivedPicture, RoomClient
from engine.room.client.pictures import Lookers, Origin, _stands_alone, follow_pictures
from engine.room.client.roster import REPLICA
from tests.real_time import until
from tests.room.client.appliance import Appliance
from tests.room.client.sounds import tone


def plain(shade: int, height: int = 96, width: int = 128) -> NDArray[np.uint8]:
    return np.full((height, width, 3), shade, dtype=np.uint8)


def shade_of(picture: ReceivedPicture) -> int:
    return round(float(picture.rgb.mean()))


@asynccontextmanager
async def in_room(url: str, name: str, *, camera: int | None = None, **options: Any) -> AsyncIterator[RoomClient]:
    """Somebody who is there, with a camera that sees one shade of grey."""

    async def film() -> None:
        while camera is not None:
            room.publish_video(plain(camera))
            await asyncio.sleep(1 / 15)

    async with RoomClient() as room:
        await room.join(url, user_name=name, **options)
        filming = asyncio.create_task(film())
        yield room
        filming.cancel()


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Media times of the frames that were decoded anywhere in this process, one list for all."""
    times: list[int] = []
    decode = Vp8Decoder.decode

    def count(decoder: Vp8Decoder, frame: JitterFrame) -> Any:
        times.append(frame.timestamp)
        return decode(decoder, frame)

    monkeypatch.setattr(Vp8Decoder, "decode", count)
    return times


async def test_people_see_each_others_cameras_by_name(appliance: Appliance) -> None:
    seen: dict[str, list[ReceivedPicture]] = {"Ann": [], "Bob": []}
    of_bob: list[ReceivedPicture] = []
    replica: list[ReceivedPicture] = []
    url = await appliance.room()
    async with in_room(url, "Ann", camera=60) as ann, in_room(url, "Bob", camera=190) as bob:
        ann.on_video(seen["Ann"].append)
        ann.on_video(of_bob.append, session_id=bob.session_id, kind="camera")
        ann.on_video(lambda _: pytest.fail("nobody shares a screen"), kind="screen")
        ann.on_picture(replica.append)
        bob.on_video(seen["Bob"].append)
        await until(lambda: len(seen["Ann"]) > 10 and len(seen["Bob"]) > 10 and len(replica) > 10)
        shown = len(replica)
        await until(lambda: len(replica) > shown + 10)
    for watcher, other, shade in (("Ann", bob, 190), ("Bob", ann, 60)):
        assert {(picture.session_id, picture.kind) for picture in seen[watcher]} == {(other.session_id, "camera")}
        assert all(abs(shade_of(picture) - shade) < 8 for picture in seen[watcher])
        assert {picture.rgb.shape for picture in seen[watcher]} == {(96, 128, 3)}
    assert {picture.session_id for picture in of_bob} == {bob.session_id}
    assert all(picture.session_id.startswith(REPLICA) for picture in replica)


async def test_a_screen_is_a_picture_of_its_own_which_newcomers_see_though_it_stands_still(
    appliance: Appliance,
) -> None:
    url = await appliance.room()
    async with in_room(url, "Ann", camera=60) as ann, in_room(url, "Bob") as bob:
        seen: dict[str, ReceivedPicture] = {}
        bob.on_video(lambda picture: seen.update({picture.kind: picture}))
        ann.share_screen(plain(220, 144, 256))
        await until(lambda: {"camera", "screen"} <= seen.keys() and bob.participants[ann.session_id].screen)
        assert abs(shade_of(seen["screen"]) - 220) < 8
        assert seen["screen"].rgb.shape == (144, 256, 3)
        async with in_room(url, "Cleo") as cleo:
            late: list[ReceivedPicture] = []
            cleo.on_video(late.append, session_id=ann.session_id, kind="screen")
            await until(lambda: late)
            assert abs(shade_of(late[0]) - 220) < 8
        ann.stop_sharing()
        await until(lambda: not bob.participants[ann.session_id].screen)
        ann.share_screen(plain(120, 144, 256))
        await until(lambda: abs(shade_of(seen["screen"]) - 120) < 8)
        with pytest.raises(InvalidInputError, match="picture"):
            ann.share_screen(plain(1)[:, :, 0])


async def test_what_nobody_looks_at_is_not_decoded(appliance: Appliance, decoded: list[int]) -> None:
    url = await appliance.room()
    sounds: list[object] = []
    async with in_room(url, "Ann", camera=60), in_room(url, "Bob", camera=190) as bob:
        bob.on_sound(sounds.append)
        await until(lambda: len(sounds) > 100)
        assert decoded == []
        seen: list[ReceivedPicture] = []
        stop = bob.on_video(seen.append)
        await until(lambda: len(seen) > 10)
        stop()
        await asyncio.sleep(0.3)
        counted, heard = len(decoded), len(sounds)
        assert counted <= len(seen) + 10
        await until(lambda: len(sounds) > heard + 50)
        assert len(decoded) == counted
        # Who looks again begins with a frame that stands alone.
        bob.on_video(seen.append)
        shown = len(seen)
        await until(lambda: len(seen) > shown + 5)
        assert all(abs(shade_of(picture) - 60) < 8 for picture in seen)


async def shown(seen: list[ReceivedPicture], session_id: str) -> None:
    await until(lambda: seen and seen[-1].session_id == session_id)


async def test_a_section_that_shows_another_one_never_takes_one_for_the_other(appliance: Appliance) -> None:
    url = await appliance.room()
    async with (
        in_room(url, "Ann", others=1) as ann,
        in_room(url, "Bob", camera=60) as bob,
        in_room(url, "Cleo", camera=190) as cleo,
    ):
        shades = {bob.session_id: 60, cleo.session_id: 190}
        seen: list[ReceivedPicture] = []
        ann.on_video(seen.append)
        for speaker in (bob, cleo, bob):
            speaker.publish_audio(tone(30, 16_000), 16_000)
            await shown(seen, speaker.session_id)
            speaker.microphone.clear()
        assert {picture.session_id for picture in seen} == set(shades)
        assert all(abs(shade_of(picture) - shades[picture.session_id]) < 8 for picture in seen)


async def test_who_makes_room_for_nobody_is_shown_nobody(appliance: Appliance) -> None:
    url = await appliance.room()
    async with in_room(url, "Ann", camera=60), in_room(url, "Bob", others=0) as bob:
        seen: list[ReceivedPicture] = []
        replica: list[ReceivedPicture] = []
        bob.on_video(seen.append)
        bob.on_picture(replica.append)
        await until(lambda: len(replica) > 40)
        assert not seen


@pytest.mark.parametrize("others", [-1, 17, True])
async def test_a_number_of_others_that_is_none_is_refused(others: int) -> None:
    with pytest.raises(InvalidInputError, match="others"):
        await RoomClient().join("http://127.0.0.1:9/c1", others=others)


def test_frames_that_stand_alone_are_known_by_their_codec() -> None:
    assert _stands_alone("VP8", b"\x10\x02")
    assert not _stands_alone("VP8", b"\x11\x02")
    assert not _stands_alone("VP8", b"")
    start = b"\x00\x00\x00\x01"
    assert _stands_alone("H264", start + b"\x67\x42" + start + b"\x65\x88")
    assert not _stands_alone("H264", start + b"\x41\x9a")


def looking(*wishes: tuple[str | None, Any]) -> tuple[Lookers, list[Callable[[], None]]]:
    lookers = Lookers()
    return lookers, [lookers.add(lambda _: None, *wish) for wish in wishes]


@pytest.mark.parametrize(
    ("wish", "origin", "wanted"),
    [
        ((None, None), Origin("s1", "screen"), True),
        ((None, None), Origin("tavus-replica-c1", "camera"), False),
        (("tavus-replica", None), Origin("tavus-replica-c1", "camera"), True),
        (("tavus-replica-c1", "camera"), Origin("tavus-replica-c1", "camera"), True),
        (("s1", "camera"), Origin("s1", "camera"), True),
        (("s1", "camera"), Origin("s1", "screen"), False),
        (("s2", None), Origin("s1", "camera"), False),
    ],
)
def test_who_looks_at_what(wish: tuple[str | None, Any], origin: Origin, wanted: bool) -> None:
    lookers, [end] = looking(wish)
    assert lookers.wanted(origin) is wanted
    end()
    assert not lookers.wanted(origin)


class Section:
    mid = "3"
    shown: Origin | None = None

    def show(self, origin: Origin | None) -> None:
        self.shown = origin


json_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=3) | st.sampled_from(["3", "s1", "camera", "screen"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["mid", "session_id", "kind", "pictures"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
def test_whatever_is_told_of_pictures_shows_somebody_or_nobody(told: Any) -> None:
    section: Any = Section()
    follow_pictures({"properties": told}, [section])
    follow_pictures({"properties": {"pictures": told}}, [section])
    assert section.shown is None or (section.shown.session_id and section.shown.kind in {"camera", "screen"})


def test_what_is_told_of_pictures_counts_until_the_next_word() -> None:
    section: Any = Section()
    shown = {"mid": "3", "session_id": "s1", "kind": "screen"}
    follow_pictures({"properties": {"pictures": [shown]}}, [section])
    assert section.shown == Origin("s1", "screen")
    follow_pictures({"properties": {"pictures": []}}, [section])
    assert section.shown is None
