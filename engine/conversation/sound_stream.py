"""Sound from outside on its way to the media clock."""

from collections import deque
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from engine.conversation.inflow import Inflow
from engine.layers.audio import MEDIA_RATE, Samples

LONGEST_PIECE: Final = 3 * MEDIA_RATE
"""Media samples that are played, and looked at by the face, in one piece."""
STEP: Final = MEDIA_RATE // 100
"""Media samples of which pieces hold a multiple, but for the last one: a face can then read on without a seam."""


class SoundStream(Inflow):
    """Sound at one rate comes in as it likes; it goes out at 48 kHz, through one resampler, in pieces that a face can look at."""

    def __init__(self, rate: int) -> None:
        """`rate`: Hz."""
        super().__init__()
        self.rate = rate
        self._raw: deque[NDArray[np.int16]] = deque()
        self._raw_samples = 0
        self._ready: deque[Samples] = deque()
        self._ready_samples = 0
        self._resampler = av.AudioResampler(format="flt", layout="mono", rate=MEDIA_RATE)
        self._flushed = False

    @property
    def held(self) -> int:
        """Media samples that nobody has taken."""
        return self._ready_samples + self._raw_samples * MEDIA_RATE // self.rate

    @property
    def seconds_held(self) -> float:
        """The same in seconds."""
        return self.held / MEDIA_RATE

    @property
    def drained(self) -> bool:
        """Whether all of it was taken, and nothing more comes."""
        return self.dropped or (self._flushed and not self._ready)

    def add(self, pcm: bytes) -> None:
        """Take mono sound, 16 bit, little endian."""
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.int16, copy=False)
        if samples.size and not self.dropped:
            # So much of a long message as a piece needs is resampled at a time: it is done on the event loop.
            self._raw.extend(np.split(samples, range(self.rate // 2, samples.size, self.rate // 2)))
            self._raw_samples += samples.size
            self.wake()

    def drop(self) -> None:
        """Forget what nobody will hear."""
        self._raw.clear()
        self._ready.clear()
        self._raw_samples = self._ready_samples = 0
        super().drop()

    def take(self) -> Samples:
        """Return the next piece at 48 kHz, at most `LONGEST_PIECE`; all that is left when the stream has ended, in one piece or more."""
        while self._raw and self._ready_samples < LONGEST_PIECE:
            self._resample(self._raw.popleft())
        if self.ended and not self._raw and not self._flushed:
            self._flushed = True
            self._keep(self._resampler.resample(None))
        whole = np.concatenate(self._ready) if self._ready else np.zeros(0, dtype=np.float32)
        last = self.ended and not self._raw and whole.size <= LONGEST_PIECE
        cut = whole.size if last else min(whole.size, LONGEST_PIECE) // STEP * STEP
        self._ready = deque([whole[cut:]]) if cut < whole.size else deque()
        self._ready_samples = whole.size - cut
        return whole[:cut]

    def give_back(self, pieces: list[Samples]) -> None:
        """Put pieces back that nobody has heard; they are the next ones again."""
        self._ready.extendleft(reversed(pieces))
        self._ready_samples += sum(piece.size for piece in pieces)

    def _resample(self, raw: NDArray[np.int16]) -> None:
        self._raw_samples -= raw.size
        sound = (raw.astype(np.float32) / 32768.0).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(sound, format="flt", layout="mono")
        frame.sample_rate = self.rate
        self._keep(self._resampler.resample(frame))

    def _keep(self, frames: list[av.AudioFrame]) -> None:
        for frame in frames:
            self._ready.append(frame.to_ndarray().reshape(-1).astype(np.float32, copy=False))
            self._ready_samples += frame.samples
