"""One picture for everybody: each frame is encoded once per codec, and the same payloads go to all who take that codec."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

import av

from engine.ranks import Rank, ranked_threads
from engine.room.bit_rate import BitRate
from engine.room.picture_encoder import PictureEncoder, PicturePacket
from engine.room.playout import MEDIA_RATE
from engine.room.tracks import PictureTrack

log = logging.getLogger(__name__)

KEY_FRAMES_EVERY = 1.0
"""Seconds between two key frames that were asked for: each is as large as ten other frames, and everybody gets it."""


class Viewer(Protocol):
    """Somebody who is shown the picture."""

    @property
    def codec(self) -> str | None:
        """The codec that was agreed upon; None: no picture."""

    @property
    def bit_rate(self) -> int | None:
        """Bits per second that get through, as far as they have said."""

    @property
    def picture(self) -> PictureTrack:
        """Where the packets go."""


@dataclass(slots=True)
class _Encoding:
    encoder: PictureEncoder
    rate: BitRate = field(default_factory=BitRate)
    wanted: bool = False
    """Somebody needs a key frame."""
    key_frame: float = -KEY_FRAMES_EVERY
    """When the last one was made, in seconds of media."""


@dataclass(frozen=True, slots=True)
class _Order:
    """What the encoder's thread is to do with a frame for one codec."""

    codec: str
    bit_rate: int
    key_frame: bool


class PictureStream:
    """Used on the event loop; the encoders run in a thread of their own, so that drawing goes on beside them."""

    def __init__(self, frames_per_second: int, viewers: Callable[[], Iterable[Viewer]]) -> None:
        self._frames_per_second = frames_per_second
        self._viewers = viewers
        self._encodings: dict[str, _Encoding] = {}
        self._thread: ThreadPoolExecutor | None = None
        self._at_work: asyncio.Future[dict[str, PicturePacket]] | None = None
        self._waiting: av.VideoFrame | None = None
        self._failing = False
        self.encoded = 0
        """Frames encoded, each codec counted for itself."""
        self.dropped = 0
        """Frames that came while the one before was still being encoded, or that no encoder took."""

    def push(self, frame: av.VideoFrame) -> None:
        """Take a frame (`pts` in media samples); of those that wait the newest counts."""
        if self._at_work is None:
            self._start(frame)
            return
        self.dropped += self._waiting is not None
        self._waiting = frame

    def want_key_frame(self, codec: str | None) -> None:
        """Somebody cannot go on without one; it comes with the next frame, but at most one a second."""
        if codec in self._encodings:
            self._encodings[codec].wanted = True

    async def close(self) -> None:
        """Wait until nothing is being encoded any more."""
        self._waiting = None
        if self._at_work is not None:
            await asyncio.wait({self._at_work})
        if self._thread is not None:
            self._thread.shutdown(wait=False)
            self._thread = None

    def _start(self, frame: av.VideoFrame) -> None:
        orders = self._orders(frame)
        if not orders:
            return
        if self._thread is None:
            self._thread = ranked_threads("room-encoder", Rank.ENCODING)
        self._at_work = asyncio.get_running_loop().run_in_executor(self._thread, self._encode, frame, orders)
        self._at_work.add_done_callback(self._finish)

    def _orders(self, frame: av.VideoFrame) -> list[_Order]:
        now = (frame.pts or 0) / MEDIA_RATE
        rates: dict[str, list[int | None]] = {}
        for viewer in self._viewers():
            if viewer.codec is not None:
                rates.setdefault(viewer.codec, []).append(viewer.bit_rate)
        for codec in self._encodings.keys() - rates.keys():
            # An encoder that has missed frames would build upon what its next viewer never got.
            del self._encodings[codec]
        orders = []
        for codec, received in rates.items():
            encoding = self._encodings.get(codec)
            if encoding is None:
                encoding = self._encodings[codec] = _Encoding(PictureEncoder(codec))
            key_frame = encoding.wanted and now - encoding.key_frame >= KEY_FRAMES_EVERY
            orders.append(_Order(codec, encoding.rate.choose(frame.width * frame.height, received, now), key_frame))
        return orders

    def _encode(self, frame: av.VideoFrame, orders: list[_Order]) -> dict[str, PicturePacket]:
        return {
            order.codec: self._encodings[order.codec].encoder.encode(
                frame, bit_rate=order.bit_rate, frames_per_second=self._frames_per_second, key_frame=order.key_frame
            )
            for order in orders
        }

    def _finish(self, done: asyncio.Future[dict[str, PicturePacket]]) -> None:
        self._at_work = None
        if not done.cancelled():
            error = done.exception()
            if error is None:
                self._failing = False
                self._hand_out(done.result())
            else:
                self.dropped += 1
                if not self._failing:
                    log.error("a picture could not be encoded", exc_info=error)
                self._failing = True
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._start(waiting)

    def _hand_out(self, packets: dict[str, PicturePacket]) -> None:
        for codec, packet in packets.items():
            self.encoded += 1
            encoding = self._encodings[codec]
            if packet.is_keyframe:
                encoding.wanted, encoding.key_frame = False, (packet.pts or 0) / MEDIA_RATE
        for viewer in self._viewers():
            sent = packets.get(viewer.codec or "")
            if sent is not None and not viewer.picture.offer(sent):
                self._encodings[viewer.codec or ""].wanted = True
