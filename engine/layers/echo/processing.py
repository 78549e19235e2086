"""WebRTC's audio processing, 10 ms at a time."""

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.audio import HEARING_RATE, Samples

if TYPE_CHECKING:
    from livekit.rtc import AudioFrame

FRAME: Final = HEARING_RATE // 100
"""Samples that are processed at once (10 ms)."""

LATENCY: Final = 128
"""Samples by which what comes out is later than what went in (the library's filter bank; measured)."""

_SCALE: Final = 32767.0


class EchoCanceller:
    """WebRTC's echo canceller (AEC3) with the state of one microphone; used by one thread at a time."""

    def __init__(self) -> None:
        from livekit.rtc.apm import AudioProcessingModule

        self._processing = AudioProcessingModule(echo_cancellation=True)
        self._far, self._played = _frame()
        self._near, self._heard = _frame()

    def process(self, played: Samples, heard: Samples, out: Samples) -> None:
        """Write what is left of `heard` without the echo of `played` to `out`; each `FRAME` samples at 16 kHz."""
        _quantise(played, self._played)
        self._processing.process_reverse_stream(self._far)
        _quantise(heard, self._heard)
        self._processing.process_stream(self._near)
        np.multiply(self._heard, 1.0 / _SCALE, out=out)


class Denoiser:
    """WebRTC's noise suppression with the state of one microphone; used by one thread at a time."""

    def __init__(self) -> None:
        from livekit.rtc.apm import AudioProcessingModule

        self._processing = AudioProcessingModule(noise_suppression=True)
        self._frame, self._samples = _frame()

    def process(self, heard: Samples, out: Samples) -> None:
        """Write what is left of `heard` without its steady noise to `out`; each `FRAME` samples at 16 kHz."""
        _quantise(heard, self._samples)
        self._processing.process_stream(self._frame)
        np.multiply(self._samples, 1.0 / _SCALE, out=out)


def _frame() -> tuple["AudioFrame", NDArray[np.int16]]:
    """Return a frame of the library and its samples, which are written in place."""
    from livekit.rtc.audio_frame import AudioFrame

    frame = AudioFrame(bytearray(2 * FRAME), HEARING_RATE, 1, FRAME)
    return frame, np.asarray(frame.data)


def _quantise(samples: Samples, out: NDArray[np.int16]) -> None:
    np.rint(np.clip(samples, -1.0, 1.0) * _SCALE, out=out, casting="unsafe")
