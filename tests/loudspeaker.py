"""A microphone beside a loudspeaker: what the room plays comes back into it through a small room."""

from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from engine.bench.room_client import FileMicrophone, ReceivedSound
from engine.room.playout import MEDIA_RATE, TICK

_BUFFERED: Final = 0.06
"""Seconds by which a player is behind what it receives, so that packets may be late."""
_REFLECTIONS: Final = 16
_ROOM: Final = 0.06
"""Seconds after which no reflection comes any more."""


class LoudspeakerMicrophone(FileMicrophone):
    """Hears, beside what it is told to, the sound that `received` grows by; `level`: dB of the echo, `delay`: seconds."""

    def __init__(self, received: list[ReceivedSound], *, level: float, delay: float) -> None:
        super().__init__()
        self.echoed = 0.0
        """Energy of all that came back."""
        self._received = received
        drawn = np.random.default_rng(7)
        times = np.concatenate(([0.0], np.sort(drawn.uniform(0.002, _ROOM, _REFLECTIONS))))
        gains = 0.5 * drawn.normal(size=times.size) * 10.0 ** (-1.5 * times / _ROOM)
        gains[0] = 1.0
        self._gains = gains * 10.0 ** (level / 20.0) / np.sqrt(np.sum(gains**2))
        self._delays = np.rint((times + delay + _BUFFERED) * MEDIA_RATE).astype(np.int64)
        self._taken = 0
        self._played: NDArray[np.float32] = np.zeros(0, dtype=np.float32)

    async def recv(self) -> av.AudioFrame:
        """Return the next 20 ms, with their echo."""
        frame = await super().recv()
        assert self._origin is not None
        own = frame.to_ndarray()[0].astype(np.float32)
        echo = self._echo(self._origin + (self._sent - TICK) / MEDIA_RATE) * 32767.0
        self.echoed += float(np.dot(echo, echo)) / 32767.0**2
        pcm = np.clip(own + echo, -32768, 32767).astype(np.int16)
        heard = av.AudioFrame.from_ndarray(pcm[None], format="s16", layout="mono")
        heard.sample_rate, heard.pts, heard.time_base = frame.sample_rate, frame.pts, frame.time_base
        return heard

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
