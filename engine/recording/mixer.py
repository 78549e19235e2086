"""Everybody's sound on one line, each sample at its place on the media clock."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pcm: TypeAlias = NDArray[np.int16]
"""Mono sound at 48 kHz, shape [n]."""
TOLERANCE: Final = 960
"""Samples (20 ms) by which a piece may lie off the end of the one before and still follows it without a seam: positions that are taken
from a clock of 20 ms ticks jump by as much."""


class Mixer:
    """Adds pieces up; what has been taken cannot be changed any more. Where nobody gives anything there is silence."""

    def __init__(self, position: int) -> None:
        self.position = position
        """The media sample with which the next `take` begins."""
        self.late = 0
        """Pieces that came after their place had been taken: they are heard later than they were said."""
        self._sum: NDArray[np.int32] = np.zeros(0, np.int32)
        self._ends: dict[str, int] = {}

    @property
    def end(self) -> int:
        """The media sample after the last one that was added; at least `position`."""
        return self.position + self._sum.size

    def add(self, source: str, at: int, pcm: Pcm) -> None:
        """Add a piece that begins at media sample `at`, or as near to it as is still possible: none is thrown away."""
        end = self._ends.get(source, at)
        start = end if abs(at - end) <= TOLERANCE else at
        if start < self.position:
            self.late += 1
            start = max(self.position, end)
        first, size = start - self.position, pcm.size
        if first + size > self._sum.size:
            self._sum = np.concatenate([self._sum, np.zeros(first + size - self._sum.size, np.int32)])
        self._sum[first : first + size] += pcm
        self._ends[source] = start + size

    def take(self, count: int) -> Pcm:
        """Return the next `count` samples; sums beyond 16 bits are limited."""
        taken = np.zeros(count, np.int16)
        there = min(count, self._sum.size)
        taken[:there] = np.clip(self._sum[:there], -32768, 32767)
        self._sum = self._sum[there:]
        self.position += count
        return taken

    def forget(self, source: str) -> None:
        """Note that a source's next piece, if any comes, does not continue the last one."""
        self._ends.pop(source, None)
