"""What a participant receives: tracks fed by the pacer."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from engine.room.opus import AudioPacket
from engine.room.picture_encoder import PicturePacket

T = TypeVar("T", AudioPacket, PicturePacket)


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


class PictureTrack(_FedTrack[PicturePacket]):
    """A picture as packets that everybody gets alike; 400 ms may wait.

    A frame is drawn upon the ones before it: once one is thrown away, nothing is sent until one comes that stands alone.
    """

    kind = "video"
    depth = 10

    def __init__(self) -> None:
        super().__init__()
        self._stands = False
        """Whether what was sent so far can be built upon."""

    def begin_anew(self) -> None:
        """Throw away what waits; what follows must stand alone."""
        self._queue.clear()
        self._stands = False

    def offer(self, packet: PicturePacket) -> bool:
        """Add a packet if it can be shown; False when only a key frame can be."""
        if len(self._queue) == self.depth:
            self.dropped += self.depth
            self.begin_anew()
        if not (self._stands or packet.is_keyframe):
            self.dropped += 1
            return False
        self._stands = True
        self.push(packet)
        return True
