"""Sound and pictures as daily-python hands them to renderers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from engine.errors import InvalidInputError
from engine.room.client.pcm import StreamResampler
from engine.room.client.received import ReceivedPicture, ReceivedSound
from engine.room.people_pictures import Kind
from engine.room.playout import MEDIA_RATE

COLOR_FORMATS = {"RGBA": "rgba", "RGB": "rgb24", "BGRA": "bgra", "BGR": "bgr24", "I420": "yuv420p"}
"""As they are named there, and as FFmpeg names them."""
VIDEO_SOURCES: Mapping[str, Kind] = {"camera": "camera", "screenVideo": "screen"}
"""As they are named there, and as the room names them."""
MOST_PICTURES = 3
"""Pictures that wait for a renderer; more are left out, so that a slow one lags by a tenth of a second at most."""


@dataclass(frozen=True, slots=True)
class AudioData:
    """A piece of sound."""

    bits_per_sample: int
    sample_rate: int
    """Hz."""
    num_channels: int
    num_audio_frames: int
    """Samples of each channel."""
    audio_frames: bytes
    """Little-endian int16."""


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """A picture."""

    buffer: bytes
    width: int
    height: int
    timestamp_us: int
    """Presentation time in microseconds since 1970."""
    color_format: str


class AudioRenderer:
    """Cuts the room's sound into pieces of one length; `put` takes the calls to the thread where the program is called."""

    def __init__(
        self,
        participant_id: str,
        callback: Callable[[str, AudioData, str], object],
        source: str,
        sample_rate: int,
        interval_ms: int,
        put: Callable[[Callable[[], Any]], None],
    ) -> None:
        if isinstance(interval_ms, bool) or not isinstance(interval_ms, int) or interval_ms < 10 or interval_ms % 10:
            raise InvalidInputError("callback_interval_ms", interval_ms, "a multiple of 10 is")
        self._participant_id, self._callback, self._source, self._put = participant_id, callback, source, put
        self._resampler = StreamResampler(MEDIA_RATE, sample_rate)
        self._sample_rate = sample_rate
        self._length = sample_rate * interval_ms // 1000
        self._kept = np.zeros(0, dtype=np.int16)

    def take(self, sound: ReceivedSound) -> None:
        """Take 20 ms as received."""
        self._kept = np.concatenate([self._kept, self._resampler.feed(sound.pcm)])
        while self._kept.size >= self._length:
            piece, self._kept = self._kept[: self._length], self._kept[self._length :]
            data = AudioData(16, self._sample_rate, 1, piece.size, piece.astype("<i2").tobytes())
            self._put(partial(self._callback, self._participant_id, data, self._source))


class VideoRenderer:
    """Converts somebody's pictures on the thread where the program is called."""

    def __init__(
        self,
        participant_id: str,
        callback: Callable[[str, VideoFrame, str], object],
        source: str,
        color_format: str,
        put: Callable[[Callable[[], Any]], None],
    ) -> None:
        if color_format not in COLOR_FORMATS:
            raise InvalidInputError("color_format", color_format, f"one of {', '.join(COLOR_FORMATS)} is")
        self._participant_id, self._callback, self._source, self._put = participant_id, callback, source, put
        self._color_format = color_format
        self._waiting = 0

    def take(self, picture: ReceivedPicture) -> None:
        """Take a picture as received."""
        if self._waiting < MOST_PICTURES:
            self._waiting += 1
            self._put(lambda: self._render(picture))

    def _render(self, picture: ReceivedPicture) -> None:
        self._waiting -= 1
        frame = picture.frame
        pixels = frame.to_ndarray(format=COLOR_FORMATS[self._color_format]).tobytes()
        moment = round(picture.time * 1_000_000)
        shown = VideoFrame(pixels, frame.width, frame.height, moment, self._color_format)
        self._callback(self._participant_id, shown, self._source)
