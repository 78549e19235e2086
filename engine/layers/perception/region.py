"""A square of a picture, turned and of any size, sampled for a network."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RgbPicture = NDArray[np.uint8]
"""Red, green, blue, shape [height, width, 3]."""


@dataclass(frozen=True, slots=True)
class Region:
    """A square, its upper side turned clockwise; what lies beyond the picture is black."""

    x: float
    """Of its centre, pixels from the picture's left edge (the first pixel's centre is at 0.5)."""
    y: float
    side: float
    """Pixels."""
    angle: float = 0.0
    """Radians, clockwise as the viewer sees it."""

    def points(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where in the picture places of the square lie; [n, 2], the square is 0..1 in both directions."""
        cos, sin = math.cos(self.angle) * self.side, math.sin(self.angle) * self.side
        u, v = places[..., 0] - 0.5, places[..., 1] - 0.5
        return np.stack([self.x + u * cos - v * sin, self.y + u * sin + v * cos], axis=-1)

    def sampled(self, picture: RgbPicture, side: int) -> NDArray[np.float32]:
        """Return the square as [side, side, 3] of 0..255; where it shrinks, every pixel of it is a mean of up to 16 samples."""
        fine = min(4, max(1, math.ceil(self.side / side - 0.25)))
        count = side * fine
        ticks = (np.arange(count) + 0.5) / count
        places = np.stack(np.meshgrid(ticks, ticks), axis=-1)
        at = self.points(places).astype(np.float32) - np.float32(0.5)
        dense = _bilinear(picture, at[..., 0], at[..., 1])
        reduced: NDArray[np.float32] = dense.reshape(side, fine, side, fine, 3).mean(axis=(1, 3), dtype=np.float32)
        return reduced


def _bilinear(picture: RgbPicture, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = picture.shape[:2]
    # A black frame round the picture, and whatever lies farther away is in it.
    framed = np.pad(picture, ((1, 2), (1, 2), (0, 0))).reshape(-1, 3)
    x, y = np.clip(x, -1.0, width) + 1.0, np.clip(y, -1.0, height) + 1.0
    left, top = x.astype(np.int32), y.astype(np.int32)
    across, down = (x - left)[..., None], (y - top)[..., None]
    at = top * (width + 3) + left
    upper = framed[at] * (1.0 - across) + framed[at + 1] * across
    lower = framed[at + width + 3] * (1.0 - across) + framed[at + width + 4] * across
    mixed: NDArray[np.float32] = upper * (1.0 - down) + lower * down
    return mixed
