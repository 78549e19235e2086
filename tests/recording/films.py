"""What tests record, and what they see and hear when they play it."""

import time
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from engine.recording.recorder import LATENESS, Recorder
from tests.real_time import SOON

RATE = 48_000
TICK = 960
FRAME = 1920
"""Samples in a picture at 25 a second."""
WIDTH, HEIGHT = 320, 176


def plain(luma: int, width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """A grey picture."""
    picture = np.full((height * 3 // 2, width), 128, np.uint8)
    picture[:height] = luma
    return picture


def tone(hertz: float, samples: int, level: int = 8000) -> NDArray[np.int16]:
    return (np.sin(np.arange(samples) * 2 * np.pi * hertz / RATE) * level).astype(np.int16)


def keep_pace(recorder: Recorder) -> None:
    """Wait until the recorder is no further behind than in a call: it leaves pictures out when it is given too much at once."""
    end = time.monotonic() + SOON
    while recorder.behind > LATENESS + RATE // 4 and recorder.failure is None:
        assert time.monotonic() < end, "the recorder stands still"
        time.sleep(0.002)


@dataclass(frozen=True)
class Film:
    """An MP4, decoded."""

    times: list[float]
    """Seconds at which each picture begins."""
    pictures: list[NDArray[np.uint8]]
    sound: NDArray[np.float32]
    """At 48 kHz, from second 0 on."""

    @property
    def duration(self) -> float:
        return self.sound.size / RATE

    def luma(self, x: int, y: int) -> NDArray[np.int64]:
        """The brightness of one place in all pictures."""
        return np.array([picture[y, x] for picture in self.pictures], np.int64)

    def flashes(self, brighter_than: int = 180) -> list[float]:
        bright = self.luma(8, 8) > brighter_than
        return [self.times[n] for n in range(len(bright)) if bright[n] and (n == 0 or not bright[n - 1])]

    def beeps(self, louder_than: float = 0.1) -> list[float]:
        """Seconds at which it becomes loud after 100 ms of quiet."""
        loud = np.flatnonzero(np.abs(self.sound) > louder_than)
        return [float(loud[n]) / RATE for n in range(loud.size) if n == 0 or loud[n] - loud[n - 1] > RATE // 10]

    def level(self, start: float, end: float, hertz: float) -> float:
        """How much of a tone is in a part of the sound."""
        part = self.sound[int(start * RATE) : int(end * RATE)]
        wave = np.exp(-2j * np.pi * hertz / RATE * np.arange(part.size))
        return float(abs(np.dot(part, wave)) * 2 / max(1, part.size))


def watch(path: Path) -> Film:
    """Play a film to its end."""
    times: list[float] = []
    pictures: list[NDArray[np.uint8]] = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0) if container.streams.video else ():
            times.append(_second(frame))
            pictures.append(frame.to_ndarray(format="yuv420p").astype(np.uint8))
    sound = np.zeros(0, np.float32)
    with av.open(str(path)) as container:
        for heard in container.decode(audio=0):
            at = round(_second(heard) * RATE)
            sound = np.concatenate([sound, np.zeros(max(0, at - sound.size), np.float32), heard.to_ndarray()[0]])
    return Film(times, pictures, sound)


def _second(frame: av.VideoFrame | av.AudioFrame) -> float:
    assert frame.time is not None
    return frame.time
