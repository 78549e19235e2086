"""An eyeball: a sphere with a flattened iris dish and a painted texture."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.studio.geometry import Points, smoothstep
from models.studio.noise import fractal_noise
from models.studio.recipe import Colour
from models.studio.subdivision import Indices

IRIS: Final = 26.0
"""Half the angle of the iris, degrees from the eye's axis."""
REACH: Final = 80.0
"""The texture's half angle: its middle is the pupil, its edge this far from the axis."""
_RINGS: Final = (0.0, 5, 9, 13, 17, 20, 22.5, 24.2, 25.4, 26.6, 28, 31, 37, 46, 55, 66, 80, 95)
_SECTORS: Final = 40
_PUPIL: Final = 0.34


@dataclass(frozen=True, slots=True)
class Eyeball:
    """A ball of radius 1 about the origin looking along z; the last axis of `uv` runs over the azimuthal texture."""

    points: Points
    uv: Points
    triangles: Indices


def eyeball() -> Eyeball:
    """The eyeball's mesh: rings round the axis."""
    angle = np.radians(_RINGS[1:])
    turn = np.arange(_SECTORS) / _SECTORS * 2 * np.pi
    ring, sector = np.meshgrid(angle, turn, indexing="ij")
    points = np.stack([np.sin(ring) * np.cos(sector), np.sin(ring) * np.sin(sector), np.cos(ring)], axis=2).reshape(
        -1, 3
    )
    points = np.concatenate([[[0.0, 0.0, 1.0]], points])
    off_axis = np.degrees(np.arccos(np.clip(points[:, 2], -1, 1)))
    edge = np.cos(np.radians(IRIS))
    dish = edge - 0.02 - 0.045 * (1 - np.clip(off_axis / IRIS, 0, 1) ** 2)
    points[:, 2] = np.where(off_axis < IRIS, dish, points[:, 2])
    around = np.arctan2(points[:, 1], points[:, 0])
    far = np.minimum(off_axis / REACH, 1.0) / 2
    uv = np.stack([0.5 + far * np.cos(around), 0.5 + far * np.sin(around)], axis=1)
    cap = [(0, 1 + k, 1 + (k + 1) % _SECTORS) for k in range(_SECTORS)]
    for r in range(len(angle) - 1):
        for k in range(_SECTORS):
            a, b = 1 + r * _SECTORS + k, 1 + r * _SECTORS + (k + 1) % _SECTORS
            c, d = a + _SECTORS, b + _SECTORS
            cap += [(a, c, d), (a, d, b)]
    return Eyeball(points, uv, np.array(cap, dtype=np.int64))


def eye_texture(iris: Colour, seed: int, size: int = 512) -> NDArray[np.float32]:
    """The picture [size, size, 3] that wraps the eyeball."""
    y, x = np.meshgrid((np.arange(size) + 0.5) / size * 2 - 1, (np.arange(size) + 0.5) / size * 2 - 1, indexing="ij")
    radius = np.sqrt(x**2 + y**2).reshape(-1)
    turn = np.arctan2(y, x).reshape(-1)
    within = radius * REACH / IRIS
    ring = np.stack([np.cos(turn) * 9, np.sin(turn) * 9, within * 1.3], axis=1)
    fibre = fractal_noise(ring, 1.2, seed + 200, 3)
    coarse = fractal_noise(ring * [0.35, 0.35, 1.0], 1.0, seed + 201, 2)
    base = np.array(iris)
    warm = base * [1.7, 1.35, 0.8] + 0.02
    collarette = smoothstep(0.72, 0.45, within + 0.06 * coarse)
    colour = base[None] * (1 - collarette[:, None]) + warm[None] * collarette[:, None]
    colour = colour * (1 + 0.55 * fibre + 0.25 * coarse)[:, None] * (1.25 - 0.3 * within)[:, None]
    limbus = smoothstep(0.78, 1.0, within + 0.03 * coarse)
    colour = colour * (1 - 0.82 * limbus)[:, None]
    pupil = smoothstep(_PUPIL + 0.03, _PUPIL - 0.02, within + 0.01 * fibre)
    colour = colour * (1 - pupil)[:, None] + 0.003 * pupil[:, None]
    flat = np.stack([x.reshape(-1), y.reshape(-1), np.zeros(size * size)], axis=1)
    white = np.tile(np.array([0.80, 0.755, 0.72]), (size * size, 1))
    white *= 1 + 0.025 * fractal_noise(flat, 6.0, seed + 202, 2)[:, None]
    veins = smoothstep(0.05, 0.0, np.abs(fractal_noise(flat, 5.0, seed + 203, 2))) * smoothstep(0.45, 0.85, radius)
    white *= 1 - veins[:, None] * 0.30 * np.array([0.15, 0.85, 0.85])
    white *= 1 - smoothstep(0.5, 1.0, radius)[:, None] * np.array([0.05, 0.30, 0.30])
    sclera = smoothstep(0.95, 1.06, within)[:, None]
    picture: NDArray[np.float32] = np.clip(colour * (1 - sclera) + white * sclera, 0, 1).astype(np.float32)
    return picture.reshape(size, size, 3)
