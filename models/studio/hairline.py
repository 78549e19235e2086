"""Where hair grows: a height per direction around the head, with a soft and uneven border."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.studio.geometry import Points, smoothstep
from models.studio.noise import fractal_noise
from models.studio.recipe import Recipe

_AXIS_Z: Final = 2.5
_BROW_HEIGHT: Final = 5.9
# Degrees from the front, height of the hairline there: forehead, temple, sideburn, over the ear, behind it, nape.
_WOMAN: Final = ((0, 10.6), (22, 10.45), (38, 9.9), (56, 6.4), (72, 1.9), (84, 3.6), (96, 4.2), (112, 1.6), (180, -2.5))
_MAN: Final = (
    (0, 10.4),
    (22, 10.7),
    (38, 10.1),
    (54, 7.6),
    (66, 4.2),
    (75, 1.2),
    (84, 3.4),
    (96, 4.4),
    (112, 1.8),
    (180, -1.6),
)


def azimuth(points: Points) -> Points:
    """Degrees from straight ahead, the same to both sides."""
    degrees: Points = np.degrees(np.arctan2(np.abs(points[:, 0]), points[:, 2] - _AXIS_Z))
    return degrees


def on_ears(points: Points) -> NDArray[np.bool_]:
    """Which points of a head stand out sideways from the skull as it is above the ears."""
    above = np.abs(points[points[:, 1] > 7.0, 0])
    skull = float(above.max()) if len(above) else 7.8
    low = points[:, 1] < 5.4
    return low & (np.abs(points[:, 0]) > skull - 0.15) & (points[:, 1] > -4.0)


def hair_density(points: Points, recipe: Recipe, brow_height: float, softness: float = 0.55) -> Points:
    """0..1 at points of the head without tilt or expression; `brow_height` is the y of the presenter's brows."""
    table = np.array(_MAN if recipe.man else _WOMAN, dtype=np.float64)
    line = np.interp(azimuth(points), table[:, 0], table[:, 1]) + brow_height - _BROW_HEIGHT
    temple = smoothstep(15, 40, azimuth(points)) * smoothstep(60, 45, azimuth(points))
    line = line + recipe.hair.line * (smoothstep(75, 40, azimuth(points)) + 0.8 * temple)
    ragged = 0.75 * fractal_noise(points, 1.3, recipe.seed + 500, 2) + 0.35 * fractal_noise(
        points, 5.0, recipe.seed + 501, 1
    )
    above = points[:, 1] + ragged - line
    if recipe.hair.style == "tied":
        # What grows low before and over the ear would hang loose.
        above = np.minimum(above, points[:, 1] - brow_height + 2.0 + 5.0 * smoothstep(100, 118, azimuth(points)))
    on_ear = smoothstep(7.6, 8.0, np.abs(points[:, 0])) * smoothstep(
        6.0, 5.2, points[:, 1] - brow_height + _BROW_HEIGHT
    )
    on_ear *= smoothstep(-3.0, -1.5, points[:, 2])
    return smoothstep(-softness, softness, above) * (1 - on_ear)
