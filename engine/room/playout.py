"""The replica's sound on the media clock.

The media clock is a count of samples at 48 kHz: a sample's position says when it is heard, and everything that goes with it
(mouth, captions, what was really said before a barge-in) is placed by that number.
"""

import asyncio
from collections import deque

import numpy as np
from numpy.typing import NDArray

from engine.room.pieces import read

MEDIA_RATE = 48_000
"""Hz."""
TICK = 960
"""Samples in one 20 ms tick."""
FADE = MEDIA_RATE * 8 // 1000
"""Samples over which cut sound fades out (8 ms)."""


class Playout:
    """A queue of sound whose every sample has its place on the clock; silence where there is none."""

    def __init__(self) -> None:
        self.position = 0
        """The media sample that the next tick begins with."""
        self._pieces: deque[NDArray[np.float32]] = deque()
        self._queued = 0
        self._waiting: list[tuple[int, asyncio.Future[bool]]] = []
        self._held: list[tuple[int, asyncio.Future[bool]]] = []
        """Those who wait for sound that is held back."""

    @property
    def end(self) -> int:
        """The media sample after the last one queued; `position` when nothing is."""
        return self.position + self._queued

    def append(self, samples: NDArray[np.float32]) -> int:
        """Queue mono samples at 48 kHz; return the position at which the first of them is heard."""
        start = self.end
        if samples.size:
            self._pieces.append(samples)
            self._queued += samples.size
        return start

    def cut(self) -> int:
        """Drop what is queued but for an 8 ms fade; return the position from which there is silence."""
        self._fade()
        for _, future in self._held:
            if not future.done():
                future.set_result(False)
        self._held = []
        self._settle(beyond=self.end)
        return self.end

    def hold(self) -> int:
        """Fall silent like `cut`, while those who wait for the sound that is dropped go on waiting, for `go_on` or `cut`."""
        self._fade()
        self._held += [(position, future) for position, future in self._waiting if position > self.end]
        self._waiting = [(position, future) for position, future in self._waiting if position <= self.end]
        return self.end

    def go_on(self, later: int) -> None:
        """What was held back is queued again, and is heard so many samples later."""
        self._waiting += [(position + later, future) for position, future in self._held]
        self._held = []
        self._settle()

    def take(self) -> NDArray[np.int16]:
        """Hand out the next tick of sound, shape [960], and move the clock on."""
        sound = self._read(min(TICK, self._queued))
        self.position += TICK
        out = np.zeros(TICK, dtype=np.int16)
        if sound.size:
            np.clip(sound * 32767.0, -32768.0, 32767.0, out=sound)
            out[: sound.size] = sound.astype(np.int16)
        self._settle()
        return out

    async def played(self, position: int) -> bool:
        """Wait until the clock has passed `position`; False when the sound there was cut before."""
        if self.position >= position:
            return True
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((position, future))
        return await future

    def _fade(self) -> None:
        kept = self._read(min(FADE, self._queued))
        self._pieces.clear()
        self._queued = 0
        if kept.size:
            self._pieces.append(kept * np.linspace(1.0, 0.0, kept.size, dtype=np.float32))
            self._queued = kept.size

    def _read(self, count: int) -> NDArray[np.float32]:
        out = np.empty(count, dtype=np.float32)
        read(self._pieces, out)
        self._queued -= count
        return out

    def _settle(self, beyond: int | None = None) -> None:
        still: list[tuple[int, asyncio.Future[bool]]] = []
        for position, future in self._waiting:
            if future.done():
                continue
            if self.position >= position:
                future.set_result(True)
            elif beyond is not None and position > beyond:
                future.set_result(False)
            else:
                still.append((position, future))
        self._waiting = still
