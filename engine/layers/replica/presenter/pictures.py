"""The pictures of a presenter, decoded into textures ready for the shading.

A texel is one 32-bit number: Y, U, V (BT.601, limited range, premultiplied: laid over black) and alpha, from the lowest byte up.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from engine.layers.replica.presenter.bundle import Bundle, BundleError
from engine.layers.replica.presenter.framing import Framing
from engine.layers.replica.presenter.kernels import compiled, inlined

_MOST_BYTES: Final = 16 << 20
# libswscale: bicubic, chroma for every pixel, rounded and not cut off. Its defaults make a picture more than a grey level darker.
_EXACTLY: Final = 0x4 | 0x2000 | 0x40000 | 0x80000
_LONGEST_SIDE: Final = 4096
_MOST_PIXELS: Final = _LONGEST_SIDE**2
_CODECS: Final = {
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "mjpeg": re.compile(rb"\xff\xd8\xff"),
}
# BT.601, limited range: what red, green and blue of 0..255 add to Y, U and V.
R_Y, G_Y, B_Y = np.float32(0.256788), np.float32(0.504129), np.float32(0.097906)
R_U, G_U, B_U = np.float32(-0.148223), np.float32(-0.290993), np.float32(0.439216)
R_V, G_V, B_V = np.float32(0.439216), np.float32(-0.367788), np.float32(-0.071427)
_LOBES: Final = 2  # of the Lanczos window
_DENSITY: Final = 1.7  # texels along an output pixel: with more nothing more is seen, and the cache holds less of them


Colour: TypeAlias = tuple[int, int, int]
"""Red, green, blue, 0..255."""

DARK: Final[Colour] = (14, 4, 4)
"""Of a mouth whose inside no light reaches."""


@dataclass(frozen=True, slots=True)
class Textures:
    """The keys' pictures, one after the other."""

    texels: NDArray[np.uint32]
    places: NDArray[np.int32]
    """For each key: first texel, width, height; a last one is `DARK` all over."""
    mapping: NDArray[np.float32]
    """For each key: texel = canvas * [0:2] + [2:4]."""


def load_textures(bundle: Bundle, framing: Framing) -> Textures:
    """Decode the pictures of all keys, smoothed to what the output can show; raises BundleError."""
    places, mapping, parts = [], [], []
    start = 0
    # One after the other: what is needed only meanwhile is there once.
    for key in bundle.keys:
        picture = _decoded(key.crop.picture)
        sides = zip(picture.shape[1::-1], key.crop.size, strict=True)
        width, height = (min(had, round(_DENSITY * framing.scale * size)) for had, size in sides)
        columns, rows = (
            _Filter((np.arange(count) + 0.5) * had / count - 0.5, had / size / framing.scale)
            for count, had, size in zip((width, height), picture.shape[1::-1], key.crop.size, strict=True)
        )
        parts.append(_resized(picture, columns, rows).reshape(-1))
        places.append((start, width, height))
        across, down = width / key.crop.size[0], height / key.crop.size[1]
        mapping.append((across, down, -key.crop.origin[0] * across - 0.5, -key.crop.origin[1] * down - 0.5))
        start += width * height
    parts.append(np.full(4, texel_of(DARK), np.uint32))
    places.append((start, 2, 2))
    return Textures(np.concatenate(parts), np.array(places, np.int32), np.array(mapping, np.float32))


def load_wall(bundle: Bundle, framing: Framing, backdrop: Colour | Path | None) -> NDArray[np.uint32]:
    """Return what lies behind the person, one texel per output pixel; raises BundleError.

    `None` is the presenter's own background; another picture shows the same part of the canvas as that.
    """
    if isinstance(backdrop, tuple):
        return np.full((framing.height, framing.width), texel_of(backdrop), np.uint32)
    crop = bundle.background
    picture = _decoded(backdrop or crop.picture)
    columns, rows = (
        _Filter(
            ((np.arange(count) + 0.5) / framing.scale + first - origin) * had / size - 0.5,
            had / size / framing.scale,
        )
        for count, first, origin, had, size in zip(
            (framing.width, framing.height),
            (framing.left, framing.top),
            crop.origin,
            picture.shape[1::-1],
            crop.size,
            strict=True,
        )
    )
    return _resized(picture, columns, rows)


def _decoded(file: Path) -> NDArray[np.uint8]:
    """Return RGBA with straight alpha."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise BundleError(file, "size", f"more than {_MOST_BYTES} bytes")
        content = file.read_bytes()
        codec = next((codec for codec, mark in _CODECS.items() if mark.match(content)), None)
        if codec is None:
            raise BundleError(file, "picture", f"is none: {', '.join(_CODECS)} are read")
        # Without a container, whose opening would decode the picture once more.
        context: Any = av.CodecContext.create(codec, "r")  # the stubs know no decode()
        context.thread_count = 1
        context.options = {"max_pixels": str(_MOST_PIXELS)}
        frame = next(iter((*context.decode(av.Packet(content)), *context.decode(None))))
        if not isinstance(frame, av.VideoFrame):
            raise BundleError(file, "picture", "is none")
        if not 2 <= min(frame.width, frame.height) <= max(frame.width, frame.height) <= _LONGEST_SIDE:
            raise BundleError(file, "picture", f"{frame.width}x{frame.height}: 2 to {_LONGEST_SIDE} a side")
        exact = frame.reformat(format="rgba", interpolation=_EXACTLY)
        return np.ascontiguousarray(exact.to_ndarray(), np.uint8)
    except (OSError, FFmpegError, StopIteration) as error:
        raise BundleError(file, "picture", f"cannot be read ({getattr(error, 'strerror', None) or error})") from error


class _Filter:
    """Along one axis of a picture: which pixels each new one is made of, and in what shares."""

    def __init__(self, places: NDArray[np.float64], reduced: float) -> None:
        """`places` are the new pixels' middles in the old ones' numbers; what a picture `reduced` times smaller cannot show goes."""
        scale = max(1.0, reduced)
        first = np.floor(places - _LOBES * scale) + 1.0
        at = (first[:, None] + np.arange(int(2 * _LOBES * scale) + 1) - places[:, None]) / scale
        shares = np.where(np.abs(at) < _LOBES, np.sinc(at) * np.sinc(at / _LOBES), 0.0)
        shares[np.abs(shares) < 1e-6] = 0.0
        used = int(np.flatnonzero(np.abs(shares).max(0))[-1]) + 1
        self.first: Final = first.astype(np.int32)
        self.shares: Final = np.ascontiguousarray((shares / shares.sum(1, keepdims=True))[:, :used], np.float32)


def _resized(picture: NDArray[np.uint8], columns: _Filter, rows: _Filter) -> NDArray[np.uint32]:
    width = columns.first.size
    out = np.empty((rows.first.size, width), np.uint32)
    left = max(0, -int(columns.first.min()))
    right = max(0, int(columns.first.max()) + columns.shares.shape[1] - picture.shape[1])
    line = np.empty(4 * (left + picture.shape[1] + right), np.float32)
    lines = np.empty((rows.shares.shape[1], 4 * width), np.float32)
    sums = np.empty(4 * width, np.float32)
    _resize(
        picture, columns.first + np.int32(left), columns.shares, left, rows.first, rows.shares, line, lines, sums, out
    )
    return out


@inlined
def _begin(picture: NDArray[np.uint8], y: int, left: int, line: NDArray[np.float32]) -> None:
    # A row as premultiplied YUVA, going on at both ends as at its edge.
    width = picture.shape[1]
    for x in range(width):
        at = 4 * (left + x)
        alpha = np.float32(picture[y, x, 3])
        share = alpha * np.float32(1.0 / 255.0)
        red = np.float32(picture[y, x, 0]) * share
        green = np.float32(picture[y, x, 1]) * share
        blue = np.float32(picture[y, x, 2]) * share
        line[at] = np.float32(16.0) + R_Y * red + G_Y * green + B_Y * blue
        line[at + 1] = np.float32(128.0) + R_U * red + G_U * green + B_U * blue
        line[at + 2] = np.float32(128.0) + R_V * red + G_V * green + B_V * blue
        line[at + 3] = alpha
    for index in range(4 * left):
        line[index] = line[4 * left + index % 4]
    last = 4 * (left + width - 1)
    for index in range(last + 4, line.size):
        line[index] = line[last + index % 4]


@compiled("u1[:,:,::1]; i4[::1]; f4[:,::1]; i8; i4[::1]; f4[:,::1]; f4[::1]; f4[:,::1]; f4[::1]; u4[:,::1]")
def _resize(
    picture: NDArray[np.uint8],
    columns: NDArray[np.int32],
    column_shares: NDArray[np.float32],
    left: int,
    rows: NDArray[np.int32],
    row_shares: NDArray[np.float32],
    line: NDArray[np.float32],
    lines: NDArray[np.float32],
    sums: NDArray[np.float32],
    out: NDArray[np.uint32],
) -> None:
    # Rows that are done along themselves stay in `lines`, each at its number modulo how many an output row needs.
    height = picture.shape[0]
    kept = row_shares.shape[1]
    done = max(0, min(height - 1, rows[0]))
    for row in range(rows.size):
        while done <= min(height - 1, rows[row] + kept - 1):
            _begin(picture, done, left, line)
            own = done % kept
            for x in range(columns.size):
                first = 4 * columns[x]
                luma = cool = warm = alpha = np.float32(0.0)
                for tap in range(column_shares.shape[1]):
                    share = column_shares[x, tap]
                    at = first + 4 * tap
                    luma += share * line[at]
                    cool += share * line[at + 1]
                    warm += share * line[at + 2]
                    alpha += share * line[at + 3]
                lines[own, 4 * x] = luma
                lines[own, 4 * x + 1] = cool
                lines[own, 4 * x + 2] = warm
                lines[own, 4 * x + 3] = alpha
            done += 1
        for index in range(sums.size):
            sums[index] = np.float32(0.5)
        for tap in range(kept):
            own = max(0, min(height - 1, rows[row] + tap)) % kept
            share = row_shares[row, tap]
            for index in range(sums.size):
                sums[index] += share * lines[own, index]
        for x in range(columns.size):
            texel = np.uint32(0)
            for channel in range(4):
                whole = np.uint32(min(np.float32(255.5), max(np.float32(0.0), sums[4 * x + channel])))
                texel |= whole << np.uint32(8 * channel)
            out[row, x] = texel


@inlined
def bilinear(
    texels: NDArray[np.uint32], first: int, width: int, height: int, x: float, y: float
) -> tuple[np.uint32, np.uint32]:
    """Return a texture's value at a texel position as two numbers of two 16-bit lanes each (8.8 bits): Y and V, U and alpha.

    Beyond its edges a picture goes on as at the edge.
    """
    none, fine, half, inset = np.float32(0.0), np.float32(256.0), np.float32(0.5), np.float32(1.01)
    left = int(min(max(np.float32(x), none), np.float32(width) - inset) * fine + half)
    top = int(min(max(np.float32(y), none), np.float32(height) - inset) * fine + half)
    right_share, low_share = np.uint32(left & 255), np.uint32(top & 255)
    at = np.uint64(first + (top >> 8) * width + (left >> 8))
    under = at + np.uint64(width)
    d = (right_share * low_share + np.uint32(128)) >> np.uint32(8)
    b, c = right_share - d, low_share - d
    a = np.uint32(256) - right_share - low_share + d
    mask = np.uint32(0x00FF00FF)
    p, q, r, s = texels[at], texels[at + np.uint64(1)], texels[under], texels[under + np.uint64(1)]
    even = (p & mask) * a + (q & mask) * b + (r & mask) * c + (s & mask) * d
    eight = np.uint32(8)
    odd = ((p >> eight) & mask) * a + ((q >> eight) & mask) * b + ((r >> eight) & mask) * c + ((s >> eight) & mask) * d
    return np.uint32(even), np.uint32(odd)


def texel_of(colour: Colour) -> int:
    """Return the texel of a plain colour."""
    red, green, blue = colour
    luma = round(16.0 + float(R_Y * red + G_Y * green + B_Y * blue))
    cool = round(128.0 + float(R_U * red + G_U * green + B_U * blue))
    warm = round(128.0 + float(R_V * red + G_V * green + B_V * blue))
    return luma | cool << 8 | warm << 16 | 255 << 24
