"""Writing the video: H.264 and AAC in an MP4, picture and sound on one clock."""

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import av
import numpy as np

from engine.layers.audio import MEDIA_RATE, Samples
from engine.layers.replica.protocol import Picture

VIDEO_ENCODER: Final = "libx264"
AUDIO_ENCODER: Final = "aac"
_SOUND_RATE: Final = 128_000
_BT601, _LIMITED = 6, 1  # as FFmpeg numbers them


class Film:
    """A video file under way; frame n is shown from n / frames_per_second on."""

    def __init__(self, path: Path, width: int, height: int, frames_per_second: int, quality: int) -> None:
        """Begin a file. `quality`: the encoder's constant rate factor, less is better.

        Raises OSError or FFmpegError when it cannot be written.
        """
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        rate = Fraction(frames_per_second)
        # One thread and no B-frames: the same bytes on every machine, and every reader has the first frame at zero.
        options = {"crf": str(quality), "preset": "veryfast", "bf": "0", "g": str(4 * frames_per_second)}
        video = self._container.add_stream(VIDEO_ENCODER, rate=rate, options=options)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.codec_context.thread_count = 1
        video.codec_context.time_base = 1 / rate
        video.codec_context.color_range = _LIMITED
        video.codec_context.colorspace = video.codec_context.color_primaries = video.codec_context.color_trc = _BT601
        audio = self._container.add_stream(AUDIO_ENCODER, rate=MEDIA_RATE, layout="mono")
        audio.codec_context.bit_rate = _SOUND_RATE
        self._video, self._audio = video, audio
        self._container.start_encoding()
        self._frames = 0
        self._samples = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    def add(self, picture: Picture, sound: Samples) -> None:
        """Append a frame, and the sound (48 kHz, -1..1) that is heard while it is shown."""
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = self._frames, 1 / Fraction(self._video.codec_context.framerate or 25)
        frame.color_range, frame.colorspace = _LIMITED, _BT601
        self._frames += 1
        self._container.mux(self._video.encode(frame))
        heard = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound, np.float32).reshape(1, -1), format="fltp", layout="mono"
        )
        heard.sample_rate, heard.pts, heard.time_base = MEDIA_RATE, self._samples, Fraction(1, MEDIA_RATE)
        self._samples += sound.size
        self._container.mux(self._audio.encode(heard))

    def finish(self) -> None:
        """Write what the encoders still hold."""
        self._container.mux(self._video.encode())
        self._container.mux(self._audio.encode())
