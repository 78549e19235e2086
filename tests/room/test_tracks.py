"""What waits for a sender that does not keep up."""

from fractions import Fraction
from typing import cast

import av
import pytest
from aiortc.mediastreams import MediaStreamError

from engine.room.picture_encoder import PicturePacket
from engine.room.tracks import PictureTrack


def packet(number: int, *, key_frame: bool = False) -> PicturePacket:
    made = cast("PicturePacket", av.Packet(b"x"))
    made.pts, made.time_base, made.is_keyframe = number, Fraction(1, 25), key_frame
    return made


async def test_a_picture_begins_with_a_frame_that_stands_alone() -> None:
    track = PictureTrack()
    assert not track.offer(packet(0))
    assert track.offer(packet(1, key_frame=True))
    assert track.offer(packet(2))
    assert [(await track.recv()).pts for _ in range(2)] == [1, 2]


async def test_after_a_jam_nothing_is_sent_that_builds_upon_what_was_thrown_away() -> None:
    track = PictureTrack()
    track.offer(packet(0, key_frame=True))
    for number in range(1, track.depth):
        assert track.offer(packet(number))
    assert not track.offer(packet(track.depth)), "the queue is full: everything in it is stale"
    assert track.dropped == track.depth + 1
    assert not track.offer(packet(100))
    assert track.offer(packet(101, key_frame=True))
    assert (await track.recv()).pts == 101


async def test_a_track_that_has_ended_gives_nothing() -> None:
    track = PictureTrack()
    track.stop()
    with pytest.raises(MediaStreamError):
        await track.recv()
