"""What a bench heard and sent, as files."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.bench.room_client import RoomClient
from engine.room.playout import MEDIA_RATE


def write_recording(folder: Path, person: RoomClient) -> None:
    """Write `sent.wav` and `received.wav`: 48 kHz mono 16 bit, both beginning at the same moment."""
    folder.mkdir(parents=True, exist_ok=True)
    sound = person.received.sound
    sent = person.microphone.sent()
    if not sound or sent is None:
        return
    origin, samples = sent
    received = np.zeros(int((sound[-1].time - origin) * MEDIA_RATE) + MEDIA_RATE, dtype=np.float32)
    for chunk in sound:
        start = int((chunk.time - origin) * MEDIA_RATE) - chunk.samples.size
        if start >= 0:
            received[start : start + chunk.samples.size] = chunk.samples
    _write(folder / "sent.wav", samples)
    _write(folder / "received.wav", received)


def _write(path: Path, samples: NDArray[np.float32]) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(MEDIA_RATE)
        file.writeframes(np.clip(samples * 32767, -32768, 32767).astype("<i2").tobytes())
