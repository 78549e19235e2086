"""The pixel loops of a simulated webcam."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_P = ParamSpec("_P")
_R = TypeVar("_R")


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let a function become machine code at its first call (a second or two)."""
    dispatcher: Any = njit(nogil=True, fastmath=True, error_model="numpy")(function)
    result: Callable[_P, _R] = dispatcher
    return result


@compiled
def moved(plane: NDArray[np.uint8], matrix: Floats, out: Floats) -> None:
    """Write a plane as seen by a moved camera: `matrix` [2, 3] leads from the places of `out` to those of `plane`; edges go on."""
    height, width = plane.shape
    half, one, low = np.float32(0.5), np.float32(1.0), np.float32(0.0)
    right, bottom = np.float32(width) - np.float32(1.001), np.float32(height) - np.float32(1.001)
    for row in range(out.shape[0]):
        y = np.float32(row) + half
        for column in range(out.shape[1]):
            x = np.float32(column) + half
            at_x = min(right, max(low, matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2] - half))
            at_y = min(bottom, max(low, matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2] - half))
            left, top = int(at_x), int(at_y)
            across, down = at_x - np.float32(left), at_y - np.float32(top)
            upper = np.float32(plane[top, left]) * (one - across) + np.float32(plane[top, left + 1]) * across
            lower = np.float32(plane[top + 1, left]) * (one - across) + np.float32(plane[top + 1, left + 1]) * across
            out[row, column] = upper * (one - down) + lower * down


@compiled
def blurred(plane: Floats, taps: Floats, row: Floats, out: Floats) -> None:
    """Smooth a plane; `taps` is the half of the kernel, middle first; `row` is scratch space of a row and as many taps at both ends."""
    height, width = plane.shape
    edge = taps.size - 1
    for y in range(height):
        for x in range(width):
            total = taps[0] * plane[y, x]
            for tap in range(1, taps.size):
                total += taps[tap] * (plane[max(0, y - tap), x] + plane[min(height - 1, y + tap), x])
            row[edge + x] = total
        for x in range(edge):
            row[x] = row[edge]
            row[edge + width + x] = row[edge + width - 1]
        for x in range(width):
            out[y, x] = taps[0] * row[edge + x]
        for tap in range(1, taps.size):
            for x in range(width):
                out[y, x] += taps[tap] * (row[edge + x - tap] + row[edge + x + tap])


@compiled
def exposed(
    luma: Floats,
    blue: Floats,
    red: Floats,
    gains: Floats,
    shade: Floats,
    lamp: Floats,
    grain: Floats,
    first: int,
    deviations: Floats,
    out_luma: NDArray[np.uint8],
    out_blue: NDArray[np.uint8],
    out_red: NDArray[np.uint8],
) -> None:
    """Write what the sensor makes of the light: colour gains [3, 3] on Y U V, vignette [h, w], lamp [h], noise by brightness.

    `grain` are normal numbers (a power of two of them), read from `first` on; `deviations` [256] is the noise of each Y.
    """
    height, width = luma.shape
    black, white, grey, half = np.float32(16.0), np.float32(235.0), np.float32(128.0), np.float32(0.5)
    quarter, most, mask = np.float32(0.25), np.float32(240.0), grain.size - 1
    at = first
    for y in range(0, height, 2):
        for x in range(0, width, 2):
            cool, warm = blue[y >> 1, x >> 1] - grey, red[y >> 1, x >> 1] - grey
            light = np.float32(0.0)
            for down in range(2):
                for across in range(2):
                    own = luma[y + down, x + across] - black
                    light += own
                    value = gains[0, 0] * own + gains[0, 1] * cool + gains[0, 2] * warm
                    value = black + value * shade[y + down, x + across] * lamp[y + down]
                    value += deviations[int(min(np.float32(255.0), max(np.float32(0.0), value)))] * grain[at & mask]
                    at += 1
                    out_luma[y + down, x + across] = np.uint8(min(white, max(black, value)) + half)
            light *= quarter
            noise = half * deviations[int(min(np.float32(255.0), max(np.float32(0.0), light + black)))]
            bright = shade[y, x] * lamp[y]
            value = grey + (gains[1, 0] * light + gains[1, 1] * cool + gains[1, 2] * warm) * bright
            out_blue[y >> 1, x >> 1] = np.uint8(min(most, max(black, value + noise * grain[at & mask])) + half)
            value = grey + (gains[2, 0] * light + gains[2, 1] * cool + gains[2, 2] * warm) * bright
            out_red[y >> 1, x >> 1] = np.uint8(min(most, max(black, value + noise * grain[(at + 1) & mask])) + half)
            at += 2
