"""A person's pictures decoded, for who needs pixels: aiortc's own decoder is not used (see `people_pictures`)."""

from concurrent.futures import Executor
from typing import Protocol

import av
import numpy as np
from numpy.typing import NDArray

MOST_WAITING = 15
"""Frames that may wait for the decoder: half a second of a camera. One that falls further behind goes on with a key frame."""

LARGEST = (1280, 720)
"""Pixels across and down of what is handed on: a shared screen of 4K would take nine times the memory for nothing."""


class PictureSink(Protocol):
    """Takes pictures."""

    def picture(self, source: str, at: int, yuv: NDArray[np.uint8]) -> None:
        """Take a picture, planar YUV 4:2:0 of shape [height * 3 // 2, width], that is seen from media sample `at` on; it is copied."""


class DecodedPictures:
    """One source's VP8, decoded frame by frame in `thread`, an executor of one thread."""

    def __init__(self, name: str, sink: PictureSink, thread: Executor) -> None:
        """`name`: what the sink calls the source."""
        self._name = name
        self._sink = sink
        self._thread = thread
        self._decoder = av.CodecContext.create("vp8", "r")
        self._decoder.thread_count = 1
        self._begun = False
        self._broken = False
        """Set in the thread, cleared on the loop."""
        self._given = 0
        self._done = 0
        """Counted in the thread alone."""

    def take(self, data: bytes, at: int, *, key_frame: bool) -> bool:
        """Take an encoded frame for media sample `at`; False when only a key frame helps."""
        if self._given - self._done >= MOST_WAITING or self._broken:
            self._begun = self._broken = False
        if not (self._begun or key_frame):
            return False
        self._begun = True
        self._given += 1
        self._thread.submit(self._decode, data, at)
        return True

    def _decode(self, data: bytes, at: int) -> None:
        try:
            for frame in self._decoder.decode(av.Packet(data)):
                if isinstance(frame, av.VideoFrame):
                    self._sink.picture(self._name, at, _planar(frame))
        except av.error.FFmpegError:
            self._broken = True
        finally:
            self._done += 1


def _planar(frame: av.VideoFrame) -> NDArray[np.uint8]:
    scale = min(1.0, LARGEST[0] / frame.width, LARGEST[1] / frame.height)
    width, height = (max(2, round(side * scale) // 2 * 2) for side in (frame.width, frame.height))
    if (width, height) != (frame.width, frame.height) or frame.format.name != "yuv420p":
        frame = frame.reformat(width, height, "yuv420p")
    return frame.to_ndarray().astype(np.uint8, copy=False)
