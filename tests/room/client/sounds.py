"""Sound for the tests of the room client."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def tone(seconds: float, rate: int, hertz: float = 440.0, level: float = 0.3) -> NDArray[np.int16]:
    """Return a sine, int16 [n]."""
    time = np.arange(int(seconds * rate)) / rate
    return (level * 32767 * np.sin(2 * np.pi * hertz * time)).astype(np.int16)


def write_wav(path: Path, pcm: NDArray[np.int16], rate: int, *, channels: int = 1) -> None:
    """Write samples (interleaved when there are several channels)."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm.astype("<i2").tobytes())
