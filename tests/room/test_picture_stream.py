"""One encoder per codec: what it is asked for, and what happens when it fails or does not keep up."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from threading import Event

import av
import numpy as np
import pytest

from engine.room.picture_encoder import PictureEncoder
from engine.room.picture_stream import PictureStream
from engine.room.playout import MEDIA_RATE
from engine.room.tracks import PictureTrack
from tests.real_time import until

FRAME = MEDIA_RATE // 25


@dataclass(slots=True)
class Viewer:
    """Somebody who takes what comes."""

    codec: str | None = "VP8"
    bit_rate: int | None = None
    picture: PictureTrack = field(default_factory=PictureTrack)

    @property
    def waiting(self) -> int:
        return len(self.picture._queue)


def frame(number: int, size: int = 64) -> av.VideoFrame:
    yuv = np.full((size * 3 // 2, size), number % 200, dtype=np.uint8)
    made = av.VideoFrame.from_ndarray(yuv, format="yuv420p")
    made.pts, made.time_base = number * FRAME, Fraction(1, MEDIA_RATE)
    return made


@asynccontextmanager
async def stream_to(*viewers: Viewer) -> AsyncIterator[PictureStream]:
    stream = PictureStream(25, lambda: viewers)
    yield stream
    await stream.close()


async def show(stream: PictureStream, number: int) -> None:
    before = stream.encoded + stream.dropped
    stream.push(frame(number))
    await until(lambda: stream.encoded + stream.dropped > before)


async def test_all_viewers_of_a_codec_get_the_same_packet() -> None:
    first, second, blind = Viewer(), Viewer(), Viewer(codec=None)
    async with stream_to(first, second, blind) as stream:
        await show(stream, 0)
        assert stream.encoded == 1
        assert await first.picture.recv() is await second.picture.recv()
        assert blind.waiting == 0


async def test_each_codec_has_an_encoder_of_its_own() -> None:
    one, other = Viewer(), Viewer(codec="H264")
    async with stream_to(one, other) as stream:
        await show(stream, 0)
        await until(lambda: stream.encoded == 2)
        vp8, h264 = bytes(await one.picture.recv()), bytes(await other.picture.recv())
        assert vp8[3:6] == b"\x9d\x01\x2a", "the start code of a VP8 key frame (RFC 6386, section 9.1)"
        assert h264.startswith(b"\x00\x00\x00\x01")


async def test_key_frames_come_when_they_are_asked_for_and_once_a_second_at_most() -> None:
    viewer = Viewer()
    async with stream_to(viewer) as stream:
        keys = []
        for number in range(60):
            if number in (10, 30, 31, 32):
                stream.want_key_frame("VP8")
            await show(stream, number)
            if (await viewer.picture.recv()).is_keyframe:
                keys.append(number)
        assert keys == [0, 25, 50]


async def test_who_comes_later_gets_a_key_frame_without_asking() -> None:
    early, late = Viewer(), Viewer(codec=None)
    async with stream_to(early, late) as stream:
        for number in range(40):
            if number == 30:
                late.codec = "VP8"
            await show(stream, number)
            await early.picture.recv()
        assert (await late.picture.recv()).pts == 31 * FRAME


async def test_of_frames_that_come_too_fast_the_newest_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, encode = Event(), PictureEncoder.encode

    def slowly(self: PictureEncoder, *args: object, **named: object) -> object:
        gate.wait(30)
        return encode(self, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(PictureEncoder, "encode", slowly)
    viewer = Viewer()
    async with stream_to(viewer) as stream:
        for number in range(5):
            stream.push(frame(number))
        gate.set()
        await until(lambda: stream.encoded == 2)
        assert [(await viewer.picture.recv()).pts for _ in range(2)] == [0, 4 * FRAME]
        assert stream.dropped == 3


async def test_an_encoder_that_fails_is_told_once_and_used_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(self: PictureEncoder, *args: object, **named: object) -> object:
        raise av.FFmpegError(1, "broken")

    viewer = Viewer()
    async with stream_to(viewer) as stream:
        with monkeypatch.context() as broken:
            broken.setattr(PictureEncoder, "encode", fail)
            for number in range(3):
                await show(stream, number)
        await show(stream, 3)
        assert (await viewer.picture.recv()).pts == 3 * FRAME
        assert stream.dropped == 3
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1


async def test_a_weak_receiver_lowers_the_rate_for_all() -> None:
    strong, weak = Viewer(bit_rate=9_000_000), Viewer(bit_rate=300_000)
    async with stream_to(strong, weak) as stream:
        sizes = []
        rng = np.random.default_rng(0)
        for number in range(50):
            noise = rng.integers(0, 255, (384, 256), dtype=np.uint8)
            picture = av.VideoFrame.from_ndarray(noise, format="yuv420p")
            picture.pts, picture.time_base = number * FRAME, Fraction(1, MEDIA_RATE)
            before = stream.encoded
            stream.push(picture)
            await until(lambda before=before: stream.encoded > before)  # type: ignore[misc]
            sizes.append(len(bytes(await strong.picture.recv())))
        (encoding,) = stream._encodings.values()
        context = encoding.encoder._context
        assert context is not None
        assert context.bit_rate == 300_000


async def test_without_viewers_nothing_is_encoded() -> None:
    async with stream_to(Viewer(codec=None)) as stream:
        stream.push(frame(0))
        await asyncio.sleep(0)
        assert (stream.encoded, stream._thread) == (0, None)
