"""Blocks of any length through something that takes 10 ms at a time."""

from collections.abc import Callable

import numpy as np

from engine.layers.audio import Samples
from engine.layers.echo.processing import FRAME


class Framing:
    """Feeds a step with whole frames; what comes out is `FRAME` samples late and as long as what went in."""

    def __init__(self, step: Callable[[Samples, Samples], None]) -> None:
        """`step(heard, out)` reads one frame and writes another."""
        self._step = step
        self._heard = np.zeros(FRAME, dtype=np.float32)
        self._out = np.zeros(FRAME, dtype=np.float32)
        self._filled = 0

    def feed(self, samples: Samples) -> Samples:
        """Take samples of any number, 16 kHz; return as many."""
        result = np.empty(samples.size, dtype=np.float32)
        at = 0
        while at < samples.size:
            count = min(FRAME - self._filled, samples.size - at)
            filled = self._filled + count
            self._heard[self._filled : filled] = samples[at : at + count]
            result[at : at + count] = self._out[self._filled : filled]
            at += count
            self._filled = filled
            if filled == FRAME:
                self._step(self._heard, self._out)
                self._filled = 0
        return result
