"""What goes into the room: a microphone and a camera that a program feeds."""

import asyncio
import contextlib
import time
from collections import deque
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from numpy.typing import NDArray

from engine.errors import InvalidInputError
from engine.room.client.errors import NotConnectedError
from engine.room.client.pcm import Pcm, Sound, StreamResampler, as_pcm
from engine.room.playout import MEDIA_RATE, TICK

LONGEST_WAIT = 600
"""Seconds of sound that may wait to be sent."""
PICTURE_CLOCK = 90_000
"""Hz."""
REPEATED_EVERY = 1.0
"""Seconds after which a picture that no other one has followed is sent again."""


@dataclass(frozen=True, slots=True)
class Speech:
    """One piece of sound on its way into the room."""

    begun: asyncio.Future[float]
    """When (monotonic) its first sample was sent. NotConnectedError: the call was over before."""
    ended: asyncio.Future[float]
    """When its last sample was sent."""


class Microphone:
    """Sound that waits to be sent, 20 ms at a time; silence where there is none. `on` is False while it is muted: what is pushed then
    passes unheard, as at a real microphone."""

    def __init__(self) -> None:
        self.on = True
        self._pieces: deque[tuple[Pcm, Speech]] = deque()
        self._queued = 0
        self._resampler: StreamResampler | None = None
        self._closed = False

    @property
    def queued(self) -> float:
        """Seconds of sound that wait."""
        return self._queued / MEDIA_RATE

    def push(self, sound: Sound, sample_rate: int, *, last: bool = True) -> Speech:
        """Queue mono sound of any rate (Hz). A stream is pushed in pieces with `last=False` but for its last one.

        Raises InvalidInputError; NotConnectedError once the call is over.
        """
        if self._closed:
            raise NotConnectedError("the call is over; nothing can be said in it any more")
        pcm = as_pcm(sound)
        if self._resampler is None or self._resampler.rate != sample_rate:
            self._resampler = StreamResampler(sample_rate, MEDIA_RATE)
        parts = [self._resampler.feed(pcm)]
        if last:
            parts.append(self._resampler.finish())
            self._resampler = None
        out = np.concatenate(parts)
        if self._queued + out.size > LONGEST_WAIT * MEDIA_RATE:
            raise InvalidInputError("pcm", f"{self.queued:.0f} s that wait", f"{LONGEST_WAIT} s of sound at most are")
        loop = asyncio.get_running_loop()
        speech = Speech(loop.create_future(), loop.create_future())
        self._pieces.append((out, speech))
        self._queued += out.size
        return speech

    def clear(self) -> None:
        """Drop what waits."""
        for _, speech in self._pieces:
            _settle(speech, time.monotonic())
        self._pieces.clear()
        self._queued = 0
        self._resampler = None

    def take(self) -> Pcm:
        """Return the next 20 ms at 48 kHz, shape [960]."""
        out = np.zeros(TICK, dtype=np.int16)
        filled, now = 0, time.monotonic()
        while self._pieces:
            piece, speech = self._pieces[0]
            part = min(piece.size, TICK - filled)
            if part and not speech.begun.done():
                speech.begun.set_result(now)
            out[filled : filled + part] = piece[:part]
            filled += part
            if part < piece.size:
                self._pieces[0] = (piece[part:], speech)
                break
            self._pieces.popleft()
            _settle(speech, now)
        self._queued -= filled
        return out if self.on else np.zeros(TICK, dtype=np.int16)

    def close(self) -> None:
        """Take no more; who waits for sound to be sent gets a NotConnectedError."""
        self._closed = True
        for _, speech in self._pieces:
            for future in (speech.begun, speech.ended):
                if not future.done():
                    future.set_exception(NotConnectedError("the call was over before this was said"))
                    # Nobody has to wait for it.
                    future.exception()
        self._pieces.clear()
        self._queued = 0


def _settle(speech: Speech, now: float) -> None:
    for future in (speech.begun, speech.ended):
        if not future.done():
            future.set_result(now)


def check_picture(rgb: NDArray[np.uint8]) -> None:
    """Raise InvalidInputError for what is no picture: RGB, uint8 [height, width, 3], both sides even."""
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or rgb.shape[0] % 2 or rgb.shape[1] % 2:
        raise InvalidInputError("picture", f"{rgb.dtype} {list(rgb.shape)}", "uint8 [height, width, 3], even, is")


class Camera:
    """The picture to be sent next; one that was not sent in time gives way to the next, and the last one is sent again now and then, for
    who comes later or has lost it. `on` is False while it is muted."""

    def __init__(self, *, on: bool = True) -> None:
        self.on = on
        self._latest: av.VideoFrame | None = None
        self._fresh = asyncio.Event()
        """The latest was not sent yet."""
        self._begun: float | None = None

    def show(self, rgb: NDArray[np.uint8]) -> None:
        """Send a picture: RGB, uint8 [height, width, 3], both sides even. Raises InvalidInputError."""
        check_picture(rgb)
        if self.on:
            self._latest = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
            self._fresh.set()

    def clear(self) -> None:
        """Show nothing until the next picture."""
        self._latest = None
        self._fresh.clear()

    async def take(self) -> av.VideoFrame:
        """Wait for the next picture, or for the time to send the last one again."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._fresh.wait(), REPEATED_EVERY)
            self._fresh.clear()
            if self._latest is not None and self.on:
                return self._stamped(self._latest)

    def _stamped(self, frame: av.VideoFrame) -> av.VideoFrame:
        now = time.monotonic()
        if self._begun is None:
            self._begun = now
        frame.pts = round((now - self._begun) * PICTURE_CLOCK)
        frame.time_base = Fraction(1, PICTURE_CLOCK)
        return frame


class MicrophoneTrack(MediaStreamTrack):
    """A microphone for one connection; 20 ms at absolute deadlines."""

    kind = "audio"

    def __init__(self, microphone: Microphone) -> None:
        super().__init__()
        self._microphone = microphone
        self._sent = 0
        self._origin = time.monotonic()

    async def recv(self) -> av.AudioFrame:
        """Return the next 20 ms; raises MediaStreamError once the track has ended."""
        if self.readyState != "live":
            raise MediaStreamError
        if not self._sent:
            self._origin = time.monotonic()
        due = self._origin + self._sent / MEDIA_RATE
        if (delay := due - time.monotonic()) > 0:
            await asyncio.sleep(delay)
        frame = av.AudioFrame.from_ndarray(self._microphone.take().reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = MEDIA_RATE
        frame.pts = self._sent
        frame.time_base = Fraction(1, MEDIA_RATE)
        self._sent += TICK
        return frame


class CameraTrack(MediaStreamTrack):
    """A camera for one connection."""

    kind = "video"

    def __init__(self, camera: Camera) -> None:
        super().__init__()
        self._camera = camera

    async def recv(self) -> av.VideoFrame:
        """Return the next picture; raises MediaStreamError once the track has ended."""
        if self.readyState != "live":
            raise MediaStreamError
        return await self._camera.take()
