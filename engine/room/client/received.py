"""What comes out of the room: sound and pictures, each with the moment it belongs to."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from aiortc import RTCRtpReceiver
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtp import RtcpSrPacket
from numpy.typing import NDArray

from engine.room.client.pcm import Pcm
from engine.room.people_pictures import Kind

_NTP_SECOND = 1 << 32
_NTP_EPOCH = 2_208_988_800
"""Seconds from 1900, where NTP begins, to 1970 (RFC 5905)."""
_RTP_WRAP = 1 << 32


@dataclass(frozen=True, slots=True)
class ReceivedSound:
    """20 ms of what is heard in the room, the replica and the other people; silence is sound too."""

    time: float
    """Presentation time of its first sample: seconds since 1970 on the room's clock. Sound and pictures with the same time belong
    together. Until the room's first report (about a second after joining) it is the time of arrival."""
    arrived: float
    """Monotonic seconds."""
    sample_rate: int
    """Hz."""
    pcm: Pcm
    """int16 mono, shape [n]."""


@dataclass(frozen=True, slots=True)
class ReceivedPicture:
    """One picture of the replica, or of a person's camera or screen."""

    time: float
    """Presentation time, as of `ReceivedSound`. Sound and pictures of people run on clocks of their own."""
    arrived: float
    """Monotonic seconds."""
    frame: av.VideoFrame
    """As decoded: planar YUV 4:2:0."""
    session_id: str
    """Whose it is."""
    kind: Kind
    """`camera` or `screen`; the replica's is a camera."""

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """The picture as RGB, shape [height, width, 3]; converted each time it is asked for."""
        return self.frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)


class PresentationClock:
    """Media time -> presentation time, by the sender reports of one stream (RFC 3550, section 6.4.1)."""

    def __init__(self, clock_rate: int) -> None:
        self._clock_rate = clock_rate
        self._reported: tuple[float, int] | None = None
        """Seconds since 1970 and the media time that go together."""
        self._offset: float | None = None

    def report(self, ntp_timestamp: int, media_time: int) -> None:
        """Take a report; `media_time` counts like the `pts` of frames."""
        self._reported = (ntp_timestamp / _NTP_SECOND - _NTP_EPOCH, media_time)

    def time(self, pts: int, now: float) -> float:
        """Return the presentation time of a frame that arrives `now` (seconds since 1970)."""
        if self._reported is None:
            # The first arrival stands for the report, so that time runs evenly until that comes.
            if self._offset is None:
                self._offset = now - pts / self._clock_rate
            return self._offset + pts / self._clock_rate
        reported, media_time = self._reported
        return reported + (pts - media_time) / self._clock_rate


class ReportReader:
    """Reads the sender reports of a receiver; aiortc keeps the two times of a report apart."""

    def __init__(self, receiver: RTCRtpReceiver, clock: PresentationClock) -> None:
        self._clock = clock
        self._receiver: Any = receiver
        self._handle: Any = receiver._handle_rtcp_packet
        receiver._handle_rtcp_packet = self._read  # type: ignore[method-assign]

    async def _read(self, packet: Any) -> None:
        if isinstance(packet, RtcpSrPacket):
            mapper = self._receiver._RTCRtpReceiver__timestamp_mapper
            if mapper._origin is not None:
                # Timestamps wrap; the report is about a moment near the last frame.
                last = mapper._last - mapper._origin
                ahead = (packet.sender_info.rtp_timestamp - mapper._last) % _RTP_WRAP
                if ahead >= _RTP_WRAP // 2:
                    ahead -= _RTP_WRAP
                self._clock.report(packet.sender_info.ntp_timestamp, last + ahead)
        await self._handle(packet)


async def receive(
    track: MediaStreamTrack,
    on_sound: Callable[[av.AudioFrame], None],
    on_picture: Callable[[av.VideoFrame], None],
) -> None:
    """Hand on what a track brings until it ends."""
    while True:
        try:
            frame = await track.recv()
        except MediaStreamError:
            return
        if isinstance(frame, av.AudioFrame):
            on_sound(frame)
        elif isinstance(frame, av.VideoFrame):
            on_picture(frame)
        # Whoever else is on the loop gets a turn when many frames come at once.
        await asyncio.sleep(0)


def sound_of(frame: av.AudioFrame, clock: PresentationClock) -> ReceivedSound:
    """Return 20 ms of sound that just came out of the decoder."""
    return ReceivedSound(clock.time(frame.pts or 0, time.time()), time.monotonic(), frame.sample_rate, _mono(frame))


def _mono(frame: av.AudioFrame) -> Pcm:
    channels = frame.to_ndarray().reshape(-1, len(frame.layout.channels))
    mono: Pcm = channels.mean(axis=1, dtype=np.float32).astype(np.int16)
    return mono
