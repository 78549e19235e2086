"""Pictures side by side in one."""

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

_BAR: Final = 6  # pixels under each picture that show how loud it is
_LOUD, _QUIET = (40, 170, 70), (50, 50, 50)
_QUALITY: Final = 3  # of JPEG: 2 is best, 31 worst


def strip(pictures: NDArray[np.uint8], loud: NDArray[np.float64], size: int, row: int) -> NDArray[np.uint8]:
    """Lay pictures (planar YUV 4:2:0) in rows from the upper left, each `size` pixels high; returns RGB.

    The bar under each is as long as its share of `loud` (0..1).
    """
    if not len(pictures):
        raise ValueError("a strip needs pictures")
    height, width = pictures.shape[1] * 2 // 3, pictures.shape[2]
    wide = round(size * width / height / 2) * 2
    rows = -(-len(pictures) // row)
    sheet = np.full((rows * (size + _BAR), row * wide, 3), 20, np.uint8)
    for number, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="yuv420p")
        top, left = number // row * (size + _BAR), number % row * wide
        sheet[top : top + size, left : left + wide] = frame.reformat(wide, size, "rgb24").to_ndarray()
        bar = sheet[top + size : top + size + _BAR - 1, left : left + wide - 1]
        bar[:] = _QUIET
        bar[:, : round(float(loud[number]) * wide)] = _LOUD
    return sheet


def write_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write an RGB picture [h, w, 3] with even sides as JPEG."""
    codec = av.CodecContext.create("mjpeg", "w")
    assert isinstance(codec, av.VideoCodecContext)
    codec.height, codec.width = picture.shape[:2]
    codec.pix_fmt, codec.time_base = "yuvj420p", Fraction(1, 25)
    codec.qmin = codec.qmax = _QUALITY
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(format="yuvj420p")
    packets = [*codec.encode(frame), *codec.encode(None)]
    path.write_bytes(b"".join(bytes(packet) for packet in packets))
