"""Pictures into files that every browser shows: a film without sound (H.264 in MP4), a still (JPEG)."""

import io
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace

from engine.layers.replica.protocol import Picture

_OPTIONS: Final = {
    "preset": "slow",
    "crf": "15",
    # Pictures are shown as they are decoded, from time 0 on: nothing to skip or to wait for where the film begins again.
    "bf": "0",
    "profile": "main",
    "threads": "1",
    "x264-params": "colorprim=smpte170m:transfer=smpte170m:colormatrix=smpte170m:fullrange=off",
}
_STILL_QUALITY: Final = "3"


def film(pictures: Iterable[Picture], width: int, height: int, frames_per_second: int) -> bytes:
    """Return an MP4 of planar YUV pictures (limited range, BT.601), its index at the beginning."""
    # A real file: the index can only be moved to the beginning in one that is opened again.
    with TemporaryDirectory(prefix="visavis-") as folder:
        file = Path(folder) / "film.mp4"
        with av.open(
            str(file), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}
        ) as container:
            stream = container.add_stream("libx264", rate=frames_per_second, options=dict(_OPTIONS))
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.codec_context.gop_size = 250
            for number, picture in enumerate(pictures):
                frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="yuv420p")
                frame.pts = number
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return file.read_bytes()


def still(picture: Picture) -> bytes:
    """Return a JPEG of a planar YUV picture."""
    file = io.BytesIO()
    with av.open(file, "w", format="image2pipe") as container:
        stream = container.add_stream("mjpeg", rate=1, options={"q": _STILL_QUALITY})
        stream.height, stream.width = picture.shape[0] * 2 // 3, picture.shape[1]
        stream.pix_fmt = "yuvj420p"
        stream.codec_context.qmin = stream.codec_context.qmax = int(_STILL_QUALITY)
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="yuv420p")
        # JPEG uses the whole range.
        frame = frame.reformat(format="yuvj420p", src_colorspace=Colorspace.ITU601, dst_colorspace=Colorspace.ITU601)
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()
