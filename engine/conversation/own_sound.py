"""What the replica sounds, as the guards of all microphones compare it."""

import av
import numpy as np
from numpy.typing import NDArray

from engine.layers.audio import HEARING_RATE, MEDIA_RATE
from engine.layers.echo.reference import Reference

_STEP = MEDIA_RATE // HEARING_RATE


class OwnSound:
    """Brings the room's sound (48 kHz) to what microphones are heard at (16 kHz), through one resampler."""

    def __init__(self) -> None:
        self.reference = Reference()
        self._resampler: av.AudioResampler | None = None
        self._expected = 0
        self._position = 0
        """Of the next sample that the resampler gives, on the media clock."""

    def play(self, position: int, sound: NDArray[np.int16]) -> None:
        """Take what everybody hears now, int16 mono of shape [n], silence included; `position` is its first media sample."""
        if self._resampler is None or position != self._expected:
            self._resampler = av.AudioResampler(format="flt", layout="mono", rate=HEARING_RATE)
            self._position = position
        self._expected = position + sound.size
        frame = av.AudioFrame.from_ndarray(sound[None], format="s16", layout="mono")
        frame.sample_rate = MEDIA_RATE
        for piece in self._resampler.resample(frame):
            samples = piece.to_ndarray()[0]
            self.reference.play(self._position, samples)
            self._position += samples.size * _STEP
