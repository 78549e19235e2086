"""What the replica sounds, kept for as long as it can come back."""

from typing import Final

import numpy as np

from engine.layers.audio import HEARING_RATE, MEDIA_RATE, Samples

KEPT: Final = 4 * HEARING_RATE
"""Samples that are kept: the longest way back, a stalled microphone, and what is compared at once."""

_STEP: Final = MEDIA_RATE // HEARING_RATE


class Reference:
    """The last seconds of what the room played; shared by the guards of all its microphones."""

    def __init__(self) -> None:
        self.end: int | None = None
        """The sample at 16 kHz, counted on the media clock, after the last one played; None before the first."""
        self._kept = np.zeros(KEPT, dtype=np.float32)

    def play(self, position: int, samples: Samples) -> None:
        """Take what is played, 16 kHz, silence included.

        `position`: the first sample's place on the media clock (48 kHz). What lies between two calls was silent; what is played a
        second time at the same place replaces what was there.
        """
        start = position // _STEP
        if self.end is None or start < self.end - KEPT:
            self._kept[:] = 0.0
        elif start > self.end:
            self._write(max(self.end, start - KEPT), np.zeros(min(start - self.end, KEPT), dtype=np.float32))
        self._write(start, samples)
        self.end = start + samples.size

    def read(self, start: int, out: Samples) -> None:
        """Fill `out` with the samples from `start` on; what is not kept any more, or not played yet, is silence."""
        out[:] = 0.0
        if self.end is None:
            return
        first, last = max(start, self.end - KEPT, 0), min(start + out.size, self.end)
        while first < last:
            at = first % KEPT
            count = min(last - first, KEPT - at)
            out[first - start : first - start + count] = self._kept[at : at + count]
            first += count

    def _write(self, start: int, samples: Samples) -> None:
        written = samples[-KEPT:]
        first = start + samples.size - written.size
        while written.size:
            at = first % KEPT
            count = min(written.size, KEPT - at)
            self._kept[at : at + count] = written[:count]
            first, written = first + count, written[count:]
