"""What a participant receives: tracks fed by the pacer."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from engine.room.opus import AudioPacket

T = TypeVar("T", AudioPacket, av.VideoFrame)


class _FedTrack(MediaStreamTrack, Generic[T]):
    """A track whose media is pushed; when nobody takes it, the oldest goes first."""

    depth: int

    def __init__(self) -> None:
        super().__init__()
        self._queue: deque[T] = deque(maxlen=self.depth)
        self._filled = asyncio.Event()
        self.dropped = 0
        """Media thrown away because the sender did not keep up."""

    def push(self, media: T) -> None:
        """Add media; must be called on the event loop."""
        if len(self._queue) == self.depth:
            self.dropped += 1
        self._queue.append(media)
        self._filled.set()

    async def recv(self) -> T:
        """Return the next media; raises MediaStreamError once the track has ended."""
        while not self._queue:
            if self.readyState != "live":
                raise MediaStreamError
            self._filled.clear()
            await self._filled.wait()
        return self._queue.popleft()

    def stop(self) -> None:
        """End the track."""
        super().stop()
        self._filled.set()


class SoundTrack(_FedTrack[AudioPacket]):
    """The replica's voice as Opus packets; 200 ms may wait."""

    kind = "audio"
    depth = 10


class PictureTrack(_FedTrack[av.VideoFrame]):
    """The replica's face; a frame that was not taken before the next but one is stale."""

    kind = "video"
    depth = 2
