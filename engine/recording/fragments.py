"""Writing a film that may be cut off at any moment: H.264 and AAC in an MP4 of fragments (ISO/IEC 14496-12, section 8.8)."""

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np

from engine.recording.canvas import Planar
from engine.recording.mixer import Pcm

MEDIA_RATE: Final = 48_000
"""Hz, of sound and of the positions on the media clock."""
SOUND_FRAME: Final = 1024
"""Samples in one frame of AAC."""
FRAGMENT_S: Final = 1.0
"""What a killed process loses at most, besides what was not encoded yet."""
_CONTAINER: Final = {
    "movflags": "empty_moov+default_base_moof",
    "frag_duration": str(int(FRAGMENT_S * 1_000_000)),
    "flush_packets": "1",
}
# A 720p picture costs 5 ms so (3 ms with `ultrafast` for a fifth more bytes, 6 ms with `veryfast` for a tenth less: measured
# on one core of the reference machine). Nothing looks ahead: what was handed in is in the next fragment.
_PICTURE: Final = {
    "preset": "superfast",
    "crf": "23",
    "bf": "0",
    "rc-lookahead": "0",
    "x264-params": "sync-lookahead=0:mbtree=0:colorprim=smpte170m:transfer=smpte170m:colormatrix=smpte170m:fullrange=off",
}
_KEY_FRAMES_S: Final = 4
_SOUND_RATE: Final = 96_000
_CLOCK: Final = Fraction(1, MEDIA_RATE)
_HEADER, _LONG_HEADER = 8, 16
"""Bytes of a box's length and name."""


def whole_length(path: Path) -> int:
    """Return the bytes of a film up to the end of its last whole fragment; 0 when there is none. Raises OSError.

    A reader that knows the file's length reads all boxes before it plays, and gives up at half a one.
    """
    size, position, whole = path.stat().st_size, 0, 0
    with path.open("rb") as film:
        while len(header := film.read(_LONG_HEADER)) >= _HEADER:
            length, kind = int.from_bytes(header[:4]), header[4:8]
            # 1: the length stands behind the name, in 64 bits.
            length = int.from_bytes(header[_HEADER:]) if length == 1 else length
            if length < _HEADER or position + length > size:
                break
            position += length
            whole = position if kind in {b"mdat", b"mfra"} else whole
            film.seek(position)
    return whole


class FragmentedFilm:
    """A film under way. Every fragment is handed to the system as soon as it is whole."""

    def __init__(self, path: Path, width: int, height: int, frames_per_second: int) -> None:
        """Begin a file; no frames per second: sound alone. Raises OSError."""
        self._container = av.open(str(path), "w", format="mp4", options=dict(_CONTAINER))
        self._video = None
        self._length = 0
        if frames_per_second:
            video = self._container.add_stream("libx264", rate=frames_per_second, options=dict(_PICTURE))
            video.width, video.height, video.pix_fmt = width, height, "yuv420p"
            video.codec_context.thread_count = 1
            video.codec_context.gop_size = _KEY_FRAMES_S * frames_per_second
            # Positions are kept to the sample: pictures may be left out, and the first need not come with the first sound.
            video.codec_context.time_base = video.time_base = _CLOCK
            self._video, self._length = video, MEDIA_RATE // frames_per_second
        audio = self._container.add_stream("aac", rate=MEDIA_RATE, layout="mono")
        audio.codec_context.bit_rate = _SOUND_RATE
        self._audio = audio
        self._container.start_encoding()

    def picture(self, at: int, picture: Planar) -> None:
        """Append a picture that is shown from media sample `at` on, counted from the film's begin. Raises OSError."""
        if self._video is None:
            return
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base, frame.duration = at, _CLOCK, self._length
        self._container.mux(self._video.encode(frame))

    def sound(self, at: int, pcm: Pcm) -> None:
        """Append one frame of sound, shape [1024], that follows the one before without a gap. Raises OSError."""
        samples = (pcm.astype(np.float32) / 32768.0).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = MEDIA_RATE, at, _CLOCK
        self._container.mux(self._audio.encode(frame))

    def close(self) -> None:
        """Write what the encoders still hold. Raises OSError."""
        try:
            if self._video is not None:
                self._container.mux(self._video.encode())
            self._container.mux(self._audio.encode())
        finally:
            self._container.close()
