"""Sound as programs hand it over: int16 mono in whole, resampled as a stream or read from a file."""

from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInputError

Pcm: TypeAlias = NDArray[np.int16]
"""Mono, shape [n]."""
Sound: TypeAlias = NDArray[np.int16] | NDArray[np.float32] | bytes
"""Mono: int16 [n], float32 [n] in -1..1, or the bytes of little-endian int16."""

LOWEST_RATE, HIGHEST_RATE = 8_000, 192_000
"""Hz."""


def as_pcm(sound: Sound) -> Pcm:
    """Return any accepted form as int16 [n]. Raises InvalidInputError."""
    if isinstance(sound, bytes | bytearray | memoryview):
        data = bytes(sound)
        if len(data) % 2:
            raise InvalidInputError("pcm", f"{len(data)} bytes", "two bytes for each sample are")
        return np.frombuffer(data, dtype="<i2").astype(np.int16)
    if sound.ndim != 1 or sound.dtype not in (np.int16, np.float32, np.float64):
        shown = f"{sound.dtype} {list(sound.shape)}"
        raise InvalidInputError("pcm", shown, "mono sound is: int16 [n], float32 [n] in -1..1, or bytes of int16")
    if sound.dtype == np.int16:
        return sound.astype(np.int16, copy=False)
    level: NDArray[np.float32] = np.nan_to_num(sound.astype(np.float32))
    scaled: NDArray[np.float32] = np.clip(level * 32767.0, -32768.0, 32767.0)
    return scaled.astype(np.int16)


def check_rate(rate: int) -> int:
    """Return the rate (Hz) if it is one that sound comes in. Raises InvalidInputError."""
    if isinstance(rate, bool) or not isinstance(rate, int) or not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise InvalidInputError("sample_rate", rate, f"a whole number of Hz from {LOWEST_RATE} to {HIGHEST_RATE} is")
    return rate


class StreamResampler:
    """Changes the rate of one stream, however it is cut into pieces."""

    def __init__(self, rate: int, wanted: int) -> None:
        self.rate = check_rate(rate)
        self._same = rate == check_rate(wanted)
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=wanted)

    def feed(self, pcm: Pcm) -> Pcm:
        """Return what a piece adds to the stream; the resampler holds back a few samples."""
        if self._same or not pcm.size:
            return pcm
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = self.rate
        return _joined(self._resampler.resample(frame))

    def finish(self) -> Pcm:
        """Return what was held back; nothing can be fed after it."""
        return np.zeros(0, dtype=np.int16) if self._same else _joined(self._resampler.resample(None))


def read_sound(path: Path) -> tuple[Pcm, int]:
    """Read a WAV (or any other sound file that FFmpeg knows) and return mono samples and their rate (Hz).

    Reads from the disk. Raises InvalidInputError when it is no sound, OSError when there is no such file.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise InvalidInputError("path", str(path), "a file with sound in it is")
            rate = container.streams.audio[0].rate
            to_mono = av.AudioResampler(format="s16", layout="mono", rate=rate)
            parts = [
                mono for frame in container.decode(audio=0) for mono in to_mono.resample(frame)
            ] + to_mono.resample(None)
    except av.error.InvalidDataError:
        raise InvalidInputError("path", str(path), "a sound file such as WAV is") from None
    return _joined(parts), rate


def _joined(frames: list[av.AudioFrame]) -> Pcm:
    parts = [frame.to_ndarray().reshape(-1) for frame in frames]
    return np.concatenate(parts).astype(np.int16, copy=False) if parts else np.zeros(0, dtype=np.int16)
