"""Spectrograms as PNG files, to be looked at."""

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.training.voice.signals import Floats, magnitudes

_HOP: Final = 128
_ROWS: Final = 171
_BINS_PER_ROW: Final = 3
_TOP_DB, _RANGE_DB = 30.0, 75.0
_GAP: Final = 8
# From black over purple and orange to pale yellow; the last of the 256 colours is white.
_COLOURS: Final = (
    (0, 0, 4), (40, 11, 84), (101, 21, 110), (159, 42, 99), (212, 72, 66), (245, 125, 21), (250, 193, 39), (252, 255, 164),
)  # fmt: skip
_WHITE: Final = 255


def save_spectrograms(path: Path, sounds: Sequence[Floats]) -> None:
    """Draw sounds below each other, 0 to 11 kHz from bottom to top; raises OSError."""
    pictures = [_picture(sound) for sound in sounds]
    width = max(picture.shape[1] for picture in pictures)
    padded = [np.pad(one, ((0, _GAP), (0, width - one.shape[1])), constant_values=_WHITE) for one in pictures]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_png(np.concatenate(padded)[:-_GAP]))


def _picture(samples: Floats) -> NDArray[np.uint8]:
    decibels = 20 * np.log10(magnitudes(samples, _HOP) + 1e-6)
    share = np.clip((decibels - _TOP_DB + _RANGE_DB) / _RANGE_DB, 0, 1)
    rows = share[:, : _ROWS * _BINS_PER_ROW].reshape(-1, _ROWS, _BINS_PER_ROW).max(axis=2)
    return np.asarray(np.round(rows.T[::-1] * (_WHITE - 1)), np.uint8)


def _palette() -> bytes:
    place = np.linspace(0, len(_COLOURS) - 1, _WHITE)
    channels = [np.interp(place, np.arange(len(_COLOURS)), channel) for channel in np.transpose(_COLOURS)]
    return np.append(np.stack(channels, axis=1), [[_WHITE] * 3], axis=0).astype(np.uint8).tobytes()


def _png(pixels: NDArray[np.uint8]) -> bytes:
    height, width = pixels.shape
    lines = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", _palette()), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
