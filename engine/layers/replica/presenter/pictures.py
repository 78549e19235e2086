"""The pictures of a presenter, decoded into textures ready for the shading.

A texel is one 32-bit number: Y, U, V (BT.601, limited range, premultiplied: laid over black) and alpha, from the lowest byte up.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from engine.layers.replica.presenter.bundle import Bundle, BundleError, Crop
from engine.layers.replica.presenter.framing import Framing
from engine.layers.replica.presenter.jit import compiled

_MOST_BYTES: Final = 16 << 20
_LONGEST_SIDE: Final = 4096
# BT.601, limited range: what red, green and blue of 0..255 add to Y, U and V.
R_Y, G_Y, B_Y = np.float32(0.256788), np.float32(0.504129), np.float32(0.097906)
R_U, G_U, B_U = np.float32(-0.148223), np.float32(-0.290993), np.float32(0.439216)
R_V, G_V, B_V = np.float32(0.439216), np.float32(-0.367788), np.float32(-0.071427)
_LOBES: Final = 2  # of the Lanczos window


Colour: TypeAlias = tuple[int, int, int]
"""Red, green, blue, 0..255."""


@dataclass(frozen=True, slots=True)
class Textures:
    """The keys' pictures, one after the other."""

    texels: NDArray[np.uint32]
    places: NDArray[np.int32]
    """For each key: first texel, width, height."""
    mapping: NDArray[np.float32]
    """For each key: texel = canvas * [0:2] + [2:4]."""


def load_textures(bundle: Bundle, framing: Framing) -> Textures:
    """Decode the pictures of all keys, smoothed to what the output can show; raises BundleError."""
    # Two at a time: a start should not be felt, and each takes memory while it is worked on.
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="pictures") as pool:
        parts = list(pool.map(lambda key: _smoothed(key.crop, framing), bundle.keys))
    places, mapping = [], []
    start = 0
    for key, part in zip(bundle.keys, parts, strict=True):
        height, width = part.shape
        places.append((start, width, height))
        across, down = width / key.crop.size[0], height / key.crop.size[1]
        mapping.append((across, down, -key.crop.origin[0] * across - 0.5, -key.crop.origin[1] * down - 0.5))
        start += part.size
    texels = np.concatenate([part.reshape(-1) for part in parts])
    return Textures(texels, np.array(places, np.int32), np.array(mapping, np.float32))


def load_background(bundle: Bundle, framing: Framing) -> NDArray[np.uint32]:
    """Return what lies behind the person, one texel per output pixel; raises BundleError."""
    crop = bundle.background
    texels = _smoothed(crop, framing)
    height, width = texels.shape
    across = width / crop.size[0]
    down = height / crop.size[1]
    columns = ((np.arange(framing.width) + 0.5) / framing.scale + framing.left - crop.origin[0]) * across - 0.5
    rows = ((np.arange(framing.height) + 0.5) / framing.scale + framing.top - crop.origin[1]) * down - 0.5
    out = np.empty((framing.height, framing.width), np.uint32)
    _resample(texels.reshape(-1), width, height, columns.astype(np.float32), rows.astype(np.float32), out)
    return out


def _smoothed(crop: Crop, framing: Framing) -> NDArray[np.uint32]:
    picture = _decoded(crop)
    return _texels(picture, picture.shape[1] / crop.size[0] / framing.scale)


def _decoded(crop: Crop) -> NDArray[np.uint8]:
    """Return RGBA with straight alpha."""
    file: Path = crop.picture
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise BundleError(file, "size", f"more than {_MOST_BYTES} bytes")
        with av.open(str(file)) as container:
            if not container.streams.video:
                raise BundleError(file, "picture", "is none")
            stream = container.streams.video[0]
            stream.thread_type = "NONE"
            if max(stream.width, stream.height) > _LONGEST_SIDE:
                raise BundleError(file, "picture", f"{stream.width}x{stream.height}: at most {_LONGEST_SIDE} a side")
            frame = next(container.decode(stream))
            picture = np.asarray(frame.to_ndarray(format="rgba"), np.uint8)
    except (OSError, FFmpegError, StopIteration) as error:
        raise BundleError(file, "picture", f"cannot be read ({getattr(error, 'strerror', None) or error})") from error
    height, width = picture.shape[:2]
    if min(width, height) < 2:
        raise BundleError(file, "picture", f"{width}x{height}: at least 2 a side")
    return picture


def _texels(picture: NDArray[np.uint8], reduced: float) -> NDArray[np.uint32]:
    height, width = picture.shape[:2]
    smoothed = np.empty((height, width * 4), np.uint16)
    out = np.empty((height, width), np.uint32)
    taps = _lowpass(reduced)
    _across(picture, taps, np.empty(4 * (width + 2 * taps.size), np.float32), smoothed)
    _down(smoothed, taps, np.empty((width * 4,), np.float32), out)
    return out


def _lowpass(reduced: float) -> NDArray[np.float32]:
    """Return the half of a Lanczos kernel (middle first) that takes away what a picture `reduced` times smaller cannot show."""
    reach = math.ceil(_LOBES * reduced) - 1 if reduced > 1.0 else 0
    at = np.arange(reach + 1) / max(1.0, reduced)
    half = np.sinc(at) * np.sinc(at / _LOBES)
    return np.asarray(half / (2.0 * half.sum() - half[0]), np.float32)


@compiled
def _across(
    picture: NDArray[np.uint8], taps: NDArray[np.float32], row: NDArray[np.float32], out: NDArray[np.uint16]
) -> None:
    # To premultiplied YUVA, then smoothed along the rows; 7 bits after the point, 64 added against overshoot below zero.
    height, width = picture.shape[0], picture.shape[1]
    edge = 4 * (taps.size - 1)
    total = np.empty(4 * width, np.float32)
    for y in range(height):
        for x in range(width):
            alpha = np.float32(picture[y, x, 3])
            share = alpha * np.float32(1.0 / 255.0)
            red = np.float32(picture[y, x, 0]) * share
            green = np.float32(picture[y, x, 1]) * share
            blue = np.float32(picture[y, x, 2]) * share
            at = edge + 4 * x
            row[at] = np.float32(16.0) + R_Y * red + G_Y * green + B_Y * blue
            row[at + 1] = np.float32(128.0) + R_U * red + G_U * green + B_U * blue
            row[at + 2] = np.float32(128.0) + R_V * red + G_V * green + B_V * blue
            row[at + 3] = alpha
        for index in range(edge):
            row[index] = row[edge + index % 4]
            row[edge + 4 * width + index] = row[edge + 4 * width - 4 + index % 4]
        for index in range(4 * width):
            total[index] = taps[0] * row[edge + index]
        for tap in range(1, taps.size):
            for index in range(4 * width):
                total[index] += taps[tap] * (row[edge + index - 4 * tap] + row[edge + index + 4 * tap])
        for index in range(4 * width):
            out[y, index] = np.uint16((total[index] + np.float32(64.0)) * np.float32(128.0) + np.float32(0.5))


@compiled
def _down(
    smoothed: NDArray[np.uint16], taps: NDArray[np.float32], row: NDArray[np.float32], out: NDArray[np.uint32]
) -> None:
    height, width = smoothed.shape[0], smoothed.shape[1] // 4
    for y in range(height):
        for index in range(row.size):
            row[index] = taps[0] * np.float32(smoothed[y, index])
        for tap in range(1, taps.size):
            above, below = smoothed[max(0, y - tap)], smoothed[min(height - 1, y + tap)]
            for index in range(row.size):
                row[index] += taps[tap] * (np.float32(above[index]) + np.float32(below[index]))
        for x in range(width):
            texel = np.uint32(0)
            for channel in range(4):
                value = row[4 * x + channel] * np.float32(1.0 / 128.0) - np.float32(64.0)
                whole = np.uint32(min(np.float32(255.0), max(np.float32(0.0), value)) + np.float32(0.5))
                texel |= whole << np.uint32(8 * channel)
            out[y, x] = texel


@compiled
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


@compiled
def _resample(
    texels: NDArray[np.uint32],
    width: int,
    height: int,
    columns: NDArray[np.float32],
    rows: NDArray[np.float32],
    out: NDArray[np.uint32],
) -> None:
    mask, half, eight = np.uint32(0x00FF00FF), np.uint32(0x00800080), np.uint32(8)
    for y in range(rows.size):
        for x in range(columns.size):
            even, odd = bilinear(texels, 0, width, height, columns[x], rows[y])
            # 255 * 256 + 128 still fits its lane.
            out[y, x] = (((even + half) >> eight) & mask) | ((odd + half) & ~mask)
