"""Antialiased shapes on numpy arrays: what the still parts of a drawn face are painted with."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.float32]
"""One value per pixel, shape [height, width]."""

Row: TypeAlias = NDArray[np.floating[Any]]
"""One value per column (or per row)."""

Colour: TypeAlias = tuple[int, int, int]
"""Red, green, blue, 0..255."""

Points: TypeAlias = Sequence[tuple[float, float]]
"""x, y in pixels."""

_SUB_ROWS: Final = 8
_CLOSE_UP: Final = 1.18
_UNSEEN: Final = 1e-3


class Canvas:
    """A picture with transparency, painted back to front.

    Design units: a head and shoulders drawn on 512 x 512, of which the canvas shows the middle.
    """

    def __init__(self, width: int, height: int) -> None:
        self.scale = min(width, height) / 512.0 * _CLOSE_UP
        self.offset = (width / 2.0 - 256.0 * self.scale, height - 472.0 * self.scale)
        self.rgb: NDArray[np.float32] = np.zeros((height, width, 3), np.float32)
        self.alpha: Plane = np.zeros((height, width), np.float32)
        self.x: Row = ((np.arange(width) + 0.5 - self.offset[0]) / self.scale).astype(np.float32)
        """Centre of each column, in design units."""
        self.y: Row = ((np.arange(height) + 0.5 - self.offset[1]) / self.scale).astype(np.float32)
        """Centre of each row."""

    def paint(self, mask: Plane, colour: Colour, opacity: float = 1.0) -> None:
        """Lay a colour over what is there, where the mask (0..1) says."""
        rows, columns = np.flatnonzero(mask.max(1) > _UNSEEN), np.flatnonzero(mask.max(0) > _UNSEEN)
        if not rows.size:
            return
        part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        cover = mask[part] * np.float32(opacity)
        self.rgb[part] += cover[..., None] * (np.array(colour, np.float32) - self.rgb[part])
        self.alpha[part] += cover * (1.0 - self.alpha[part])

    def spline(self, points: Points) -> Plane:
        """Return the coverage of a smooth closed curve through `points`."""
        return self.polygon(_smooth(np.asarray(points, np.float64), closed=True))

    def stroke(self, points: Points, width: float) -> Plane:
        """Return the coverage of a smooth line that thins out towards both ends."""
        line = _smooth(np.asarray(points, np.float64), closed=False)
        along = np.gradient(line, axis=0)
        normal = np.stack([-along[:, 1], along[:, 0]], 1) / np.maximum(np.hypot(*along.T), 1e-9)[:, None]
        half = normal * (width / 2.0 * np.sin(np.linspace(0.08, np.pi - 0.08, len(line))) ** 0.7)[:, None]
        return self.polygon(np.concatenate([line + half, (line - half)[::-1]]))

    def glow(self, x: float, y: float, radius_x: float, radius_y: float) -> Plane:
        """Return a soft spot that fades to nothing at about twice its radii."""
        across, down = np.exp(-(((self.x - x) / radius_x) ** 2)), np.exp(-(((self.y - y) / radius_y) ** 2))
        return np.asarray(down[:, None] * across, np.float32)

    def polygon(self, points: NDArray[np.float64]) -> Plane:
        """Return the coverage of a closed polygon: exact along x, eight sub-rows along y."""
        height, width = self.alpha.shape
        corners = points * self.scale + self.offset
        change = np.zeros((height, width + 2))
        for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            direction = 1.0 if y1 > y0 else -1.0
            top, bottom = sorted((y0, y1))
            first, last = np.ceil(np.clip([top, bottom], 0, height) * _SUB_ROWS - 0.5).astype(int)
            if last <= first:
                continue
            sub_rows = np.arange(first, last)
            crossing = np.clip(x0 + ((sub_rows + 0.5) / _SUB_ROWS - y0) * (x1 - x0) / (y1 - y0), 0.0, width)
            column = crossing.astype(int)
            part = crossing - column
            np.add.at(change, (sub_rows // _SUB_ROWS, column), direction * (1.0 - part))
            np.add.at(change, (sub_rows // _SUB_ROWS, column + 1), direction * part)
        cover = np.abs(np.cumsum(change, axis=1)[:, :width]) / _SUB_ROWS
        return np.asarray(np.minimum(cover, 1.0), np.float32)


def to_yuv(rgb: NDArray[np.float32]) -> tuple[Plane, Plane, Plane]:
    """Convert 0..255 RGB, shape [..., 3], to Y, U, V of BT.601 in limited range, all at full resolution."""
    red, green, blue = (rgb[..., index] / np.float32(255.0) for index in range(3))
    luma = 16.0 + 65.481 * red + 128.553 * green + 24.966 * blue
    blue_difference = 128.0 - 37.797 * red - 74.203 * green + 112.0 * blue
    red_difference = 128.0 + 112.0 * red - 93.786 * green - 18.214 * blue
    return (
        np.asarray(luma, np.float32),
        np.asarray(blue_difference, np.float32),
        np.asarray(red_difference, np.float32),
    )


def halve(plane: Plane) -> Plane:
    """Average 2 x 2 pixels."""
    return np.asarray((plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]) * 0.25, np.float32)


def _smooth(points: NDArray[np.float64], *, closed: bool, steps: int = 10) -> NDArray[np.float64]:
    """Flatten a Catmull-Rom curve."""
    if closed:
        around = np.concatenate([points[-1:], points, points[:2]])
    else:
        around = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    before, start, end, after = around[:-3], around[1:-2], around[2:-1], around[3:]
    t = np.linspace(0.0, 1.0, steps, endpoint=False)[None, :, None]
    a, b, c, d = (part[:, None, :] for part in (before, start, end, after))
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - 3 * c + d - a) * t**3)
    flat = curve.reshape(-1, 2)
    return flat if closed else np.concatenate([flat, points[-1:]])
