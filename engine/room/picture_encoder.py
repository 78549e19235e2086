"""Pictures as VP8 or H.264, encoded for everybody who takes that codec."""

from fractions import Fraction
from typing import TypeAlias, cast

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from engine.errors import VisavisError
from engine.room.playout import MEDIA_RATE

PicturePacket: TypeAlias = "av.Packet[av.VideoStream]"

PREFERRED = "VP8"
"""The codec of everybody who takes it: it costs half of H.264 at the same size and rate."""
_LIBRARY = {"VP8": "libvpx", "H264": "libx264"}
"""By the name of a codec in an SDP: those that aiortc agrees on."""
_KEY_FRAMES_EVERY = 3000
"""Frames; those that are needed are asked for."""
_REALTIME_VP8 = {
    "cpu-used": "-6",
    "deadline": "realtime",
    "lag-in-frames": "0",
    "noise-sensitivity": "4",
    "overshoot-pct": "15",
    "undershoot-pct": "100",
    "partitions": "0",
    "static-thresh": "1",
}
_REALTIME_H264 = {"preset": "veryfast", "tune": "zerolatency", "profile": "baseline", "level": "3.1"}


class PictureEncoder:
    """One codec's encoder; blocking, used by one thread at a time."""

    def __init__(self, codec: str) -> None:
        """`codec`: "VP8" or "H264", as an SDP names it."""
        self._codec = codec
        self._context: VideoCodecContext | None = None

    def encode(
        self, frame: av.VideoFrame, *, bit_rate: int, frames_per_second: int, key_frame: bool
    ) -> "PicturePacket":
        """Encode a frame (yuv420p, `pts` in media samples); `key_frame` makes it one that stands alone.

        Raises av.FFmpegError, VisavisError when the encoder keeps the frame back.
        """
        context = self._context
        size = (frame.width, frame.height)
        if context is None or (context.width, context.height) != size or context.bit_rate != bit_rate:
            # libvpx and libx264 take a new rate only when they are opened.
            context = self._context = self._open(size, bit_rate, frames_per_second)
        frame.pict_type = PictureType.I if key_frame else PictureType.NONE
        packets = context.encode(frame)
        if len(packets) != 1:
            raise VisavisError(f"the {self._codec} encoder gave {len(packets)} packets for one frame")
        packets[0].pts, packets[0].time_base = frame.pts, Fraction(1, MEDIA_RATE)
        return packets[0]

    def _open(self, size: tuple[int, int], bit_rate: int, frames_per_second: int) -> VideoCodecContext:
        context = cast("VideoCodecContext", av.CodecContext.create(_LIBRARY[self._codec], "w"))
        context.width, context.height = size
        context.pix_fmt = "yuv420p"
        context.bit_rate = bit_rate
        context.time_base = Fraction(1, MEDIA_RATE)
        context.framerate = Fraction(frames_per_second)
        context.gop_size = _KEY_FRAMES_EVERY
        context.thread_count = 1
        if self._codec == "VP8":
            rate = str(bit_rate)
            context.qmin, context.qmax = 2, 56
            # A constant rate over a second (RFC 6386 leaves it to the encoder).
            context.options = {**_REALTIME_VP8, "minrate": rate, "maxrate": rate, "bufsize": rate}
        else:
            context.options = {**_REALTIME_H264, "maxrate": str(bit_rate), "bufsize": str(bit_rate)}
        return context
