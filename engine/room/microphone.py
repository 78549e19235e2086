"""A participant's sound: 48 kHz Opus as received -> 16 kHz mono float32 without holes."""

from collections.abc import Iterator

import av
import numpy as np
from numpy.typing import NDArray

RATE = 16_000
"""Hz that listeners get."""
LONGEST_GAP = 10.0
"""Seconds; a longer jump of time stamps is a pause of the sender (device change), not lost packets."""


class MicrophoneStream:
    """One stateful resampler per stream; what the decoder got nothing for becomes silence, counted, so that time never shrinks.
    Packets that were lost singly or a few at a time come out of the decoder concealed (`concealment`)."""

    def __init__(self) -> None:
        self._resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        self._expected: int | None = None
        self._rate = 0
        """Hz of what is received."""
        self.lost_milliseconds = 0
        """Sound that never arrived and was not concealed."""

    def missing(self, seconds: float) -> Iterator[NDArray[np.float32]]:
        """Yield the silence of a time in which no packet came; packets that come later go on after it. Nothing before the first one."""
        if self._expected is not None:
            self._expected += int(seconds * self._rate)
            yield np.zeros(int(seconds * RATE), dtype=np.float32)

    def feed(self, frame: av.AudioFrame) -> Iterator[NDArray[np.float32]]:
        """Yield what the frame adds to the stream: mono samples at 16 kHz, shape [n], range -1..1."""
        pts, self._rate = frame.pts, frame.sample_rate
        if pts is not None:
            gap = 0 if self._expected is None else pts - self._expected
            if 0 < gap < LONGEST_GAP * frame.sample_rate:
                self.lost_milliseconds += gap * 1000 // frame.sample_rate
                yield np.zeros(gap * RATE // frame.sample_rate, dtype=np.float32)
            self._expected = pts + frame.samples
        for resampled in self._resampler.resample(_mono(frame)):
            yield resampled.to_ndarray().reshape(-1).astype(np.float32, copy=False)


def _mono(frame: av.AudioFrame) -> av.AudioFrame:
    # The resampler's own downmix makes a voice that is on both channels 3 dB louder.
    channels = frame.to_ndarray().reshape(-1, len(frame.layout.channels))
    mean = (channels.astype(np.float32).mean(axis=1) / 32768.0).astype(np.float32)
    mono = av.AudioFrame.from_ndarray(mean.reshape(1, -1), format="flt", layout="mono")
    mono.sample_rate = frame.sample_rate
    return mono
