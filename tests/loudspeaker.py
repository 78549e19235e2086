"""A microphone beside a loudspeaker: what the room plays comes back into it through a small room."""

import time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.bench.witness import KeepingMicrophone
from engine.bench.witnessed import Heard
from engine.room.client.pcm import Pcm
from engine.room.playout import MEDIA_RATE, TICK

_BUFFERED: Final = 0.06
"""Seconds by which a player is behind what it receives, so that packets may be late."""
_REFLECTIONS: Final = 16
_ROOM: Final = 0.06
"""Seconds after which no reflection comes any more."""


class LoudspeakerMicrophone(KeepingMicrophone):
    """Hears, beside what it is told to, the sound that `received` grows by; `level`: dB of the echo, `delay`: seconds."""

    def __init__(self, received: list[Heard], *, level: float, delay: float) -> None:
        super().__init__(keep=False)
        self.echoed = 0.0
        """Energy of all that came back."""
        self._received = received
        drawn = np.random.default_rng(7)
        times = np.concatenate(([0.0], np.sort(drawn.uniform(0.002, _ROOM, _REFLECTIONS))))
        gains = 0.5 * drawn.normal(size=times.size) * 10.0 ** (-1.5 * times / _ROOM)
        gains[0] = 1.0
        self._gains = gains * 10.0 ** (level / 20.0) / np.sqrt(np.sum(gains**2))
        self._delays = np.rint((times + delay + _BUFFERED) * MEDIA_RATE).astype(np.int64)
        self._begun: float | None = None
        """When (monotonic) its first 20 ms began."""
        self._ticks = 0
        self._taken = 0
        self._played: NDArray[np.float32] = np.zeros(0, dtype=np.float32)

    def take(self) -> Pcm:
        """Return the next 20 ms, with their echo."""
        own = super().take().astype(np.float32)
        if self._begun is None:
            self._begun = time.monotonic()
        echo = self._echo(self._begun + self._ticks * TICK / MEDIA_RATE) * 32767.0
        self._ticks += 1
        self.echoed += float(np.dot(echo, echo)) / 32767.0**2
        both: Pcm = np.clip(own + echo, -32768, 32767).astype(np.int16)
        return both

    def _echo(self, now: float) -> NDArray[np.float32]:
        """Return what of the loudspeaker is heard in the 20 ms from `now` (monotonic) on; what comes too late to it is not played."""
        if not self._received:
            return np.zeros(TICK, dtype=np.float32)
        new = self._received[self._taken :]
        self._taken += len(new)
        self._played = np.concatenate([self._played, *(chunk.samples for chunk in new)])
        begun = self._received[0].time
        start = round((now - begun) * MEDIA_RATE)
        echo = np.zeros(TICK, dtype=np.float32)
        for gain, delay in zip(self._gains, self._delays, strict=True):
            first = start - int(delay)
            part = self._played[max(0, first) : max(0, first + TICK)]
            at = max(0, -first)
            echo[at : at + part.size] += np.float32(gain) * part
        return echo
