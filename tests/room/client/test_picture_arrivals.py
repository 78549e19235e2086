"""Pictures reach the decoder as soon as they are whole."""

import asyncio
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from hypothesis import given
from hypothesis import strategies as st

from engine.room.client.picture_arrivals import PACKETS, PictureArrivals
from engine.room.client.publishing import Camera, CameraTrack
from engine.room.loopback import bind_to_loopback
from tests.real_time import SOON


@dataclass
class Packet:
    """As much of an RTP packet as a buffer looks at."""

    sequence_number: int
    timestamp: int
    marker: int
    payload_type: int = 96

    @property
    def _data(self) -> bytes:
        return bytes([self.sequence_number % 256])


class Decoder:
    """As much of aiortc's receiver as a buffer reaches into; keeps what is to be decoded."""

    def __init__(self) -> None:
        self._RTCRtpReceiver__codecs = {96: "VP8"}
        self._RTCRtpReceiver__decoder_thread = object()
        self._RTCRtpReceiver__decoder_queue = self
        self._RTCRtpReceiver__timestamp_mapper = self
        self.frames: list[tuple[int, bytes]] = []

    def map(self, timestamp: int) -> int:
        return timestamp

    def put(self, work: tuple[Any, Any]) -> None:
        self.frames.append((work[1].timestamp, work[1].data))


def arrivals(decoder: Decoder) -> PictureArrivals:
    receiver: Any = decoder
    return PictureArrivals(receiver)


def frames_of(sizes: list[int], first: int = 0) -> list[Packet]:
    """Packets of frames with so many packets each."""
    packets, number = [], first
    for frame, size in enumerate(sizes):
        for part in range(size):
            packets.append(Packet(number % 65536, frame * 3600, marker=part == size - 1))
            number += 1
    return packets


def test_a_frame_is_handed_on_with_its_last_packet() -> None:
    decoder = Decoder()
    buffer = arrivals(decoder)
    first, second = frames_of([2])
    buffer.add(first)
    assert decoder.frames == []
    buffer.add(second)
    assert decoder.frames == [(0, bytes([0, 1]))]


def test_frames_behind_a_gap_all_come_when_it_is_filled() -> None:
    decoder = Decoder()
    buffer = arrivals(decoder)
    packets = frames_of([1, 2, 1, 1])
    for packet in (*packets[:1], *packets[2:]):
        buffer.add(packet)
    assert [timestamp for timestamp, _ in decoder.frames] == [0]
    buffer.add(packets[1])
    assert [timestamp for timestamp, _ in decoder.frames] == [0, 3600, 7200, 10800]


def test_a_sender_that_marks_nothing_is_understood_all_the_same() -> None:
    decoder = Decoder()
    buffer = arrivals(decoder)
    for packet in frames_of([2, 1]):
        packet.marker = 0
        buffer.add(packet)
    assert decoder.frames == [(0, bytes([0, 1]))]


def test_what_never_comes_costs_a_key_frame() -> None:
    decoder = Decoder()
    buffer = arrivals(decoder)
    packets = frames_of([1] * (PACKETS + 2))
    asked = [buffer.add(packet)[0] for packet in (*packets[:1], *packets[2:])]
    assert any(asked)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=12), st.integers(0, 65535), st.randoms(use_true_random=False))
def test_whatever_the_order_every_frame_comes_once_and_in_order(sizes: list[int], first: int, draw: Any) -> None:
    packets = frames_of(sizes, first)
    rest = packets[1:]
    draw.shuffle(rest)
    decoder = Decoder()
    buffer = arrivals(decoder)
    for packet in (packets[0], *rest):
        buffer.add(packet)
    assert [timestamp for timestamp, _ in decoder.frames] == [frame * 3600 for frame in range(len(sizes))]
    assert b"".join(data for _, data in decoder.frames) == b"".join(packet._data for packet in packets)


@pytest.mark.parametrize("size", [64, 720])
async def test_a_picture_that_none_follows_is_seen(size: int) -> None:
    camera = Camera()
    camera.show(np.random.default_rng(0).integers(0, 255, (size, size, 3), dtype=np.uint8))
    sender, receiver = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    track = OnePicture(camera)
    tracks: list[MediaStreamTrack] = []
    receiver.on("track", tracks.append)
    sender.addTrack(track)
    try:
        offer = await sender.createOffer()
        bind_to_loopback(sender)
        await sender.setLocalDescription(offer)
        await receiver.setRemoteDescription(RTCSessionDescription(sender.localDescription.sdp, "offer"))
        bind_to_loopback(receiver)
        taking = receiver.getTransceivers()[0].receiver
        assert isinstance(taking, RTCRtpReceiver)
        PictureArrivals(taking)
        await receiver.setLocalDescription(await receiver.createAnswer())
        await sender.setRemoteDescription(RTCSessionDescription(receiver.localDescription.sdp, "answer"))
        async with asyncio.timeout(SOON):
            seen = await tracks[0].recv()
        assert isinstance(seen, av.VideoFrame)
        assert (seen.width, seen.height) == (size, size)
    finally:
        await asyncio.gather(sender.close(), receiver.close())


class OnePicture(CameraTrack):
    """A camera that breaks after its first picture."""

    taken = False

    async def recv(self) -> av.VideoFrame:
        if self.taken:
            await asyncio.Event().wait()
        self.taken = True
        return await super().recv()
