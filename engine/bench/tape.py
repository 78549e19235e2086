"""Whole pictures as they were received, kept on disk: too many for memory, and nothing is encoded while somebody measures."""

import tempfile

import av
import numpy as np
from numpy.typing import NDArray


class Tape:
    """Pictures of one size, from `start` to `stop`. Not thread-safe; a context that deletes its file."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="visavis-tape-")  # noqa: SIM115 - closed by close()
        self._shape: tuple[int, int] | None = None
        self._runs = False
        self.times: list[float] = []
        """When (monotonic) each picture arrived."""

    def start(self) -> None:
        """Keep what comes from now on."""
        self._runs = True

    def stop(self) -> None:
        """Keep no more."""
        self._runs = False

    def take(self, moment: float, frame: av.VideoFrame) -> None:
        """Keep a picture; one of another size than the first is left out."""
        if not self._runs:
            return
        picture = frame.to_ndarray(format="yuv420p")
        if self._shape is None:
            self._shape = picture.shape
        if picture.shape == self._shape:
            self._file.write(picture.tobytes())
            self.times.append(moment)

    def pictures(self) -> NDArray[np.uint8]:
        """Return all of them as planar YUV 4:2:0, shape [n, height * 3 // 2, width]; they stay on disk."""
        if self._shape is None:
            return np.empty((0, 0, 0), np.uint8)
        self._file.flush()
        return np.memmap(self._file, np.uint8, "r", shape=(len(self.times), *self._shape))

    def close(self) -> None:
        """Delete it."""
        self._file.close()

    def __enter__(self) -> "Tape":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
