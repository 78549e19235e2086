"""What a bench heard and sent, as files."""

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.bench.witness import Witness
from engine.bench.witnessed import Heard
from engine.room.playout import MEDIA_RATE


def write_recording(folder: Path, person: Witness) -> None:
    """Write `sent.wav` and `received.wav`: 48 kHz mono 16 bit, both beginning at the same moment."""
    folder.mkdir(parents=True, exist_ok=True)
    sound = person.received.sound
    sent = person.microphone.sent()
    if not sound or sent is None:
        return
    origin, samples = sent
    received = placed_sound(sound, origin, sound[-1].time - origin + 1.0)
    write_wav(folder / "sent.wav", samples)
    write_wav(folder / "received.wav", received)


def placed_sound(sound: Sequence[Heard], origin: float, seconds: float) -> NDArray[np.float32]:
    """Return what was received (48 kHz) in so many seconds from a moment (monotonic) on, each chunk where it arrived."""
    received = np.zeros(int(seconds * MEDIA_RATE), dtype=np.float32)
    for chunk in sound:
        start = round((chunk.time - origin) * MEDIA_RATE) - chunk.samples.size
        if 0 <= start <= received.size - chunk.samples.size:
            received[start : start + chunk.samples.size] = chunk.samples
    return received


def write_wav(path: Path, samples: NDArray[np.float32]) -> None:
    """Write mono samples at 48 kHz as 16 bit."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(MEDIA_RATE)
        file.writeframes(np.clip(samples * 32767, -32768, 32767).astype("<i2").tobytes())
