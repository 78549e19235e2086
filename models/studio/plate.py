"""The plate: hair, ears, neck and clothes as a grid over a key's picture, with the depth that moves each node."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter, maximum_filter, minimum_filter  # type: ignore[import-not-found,unused-ignore]
from scipy.spatial import cKDTree  # type: ignore[import-not-found,unused-ignore]

from models.studio.geometry import Camera, Points, Pose, smoothstep
from models.studio.head import PIVOT, TILT, head_share
from models.studio.keys import Key
from models.studio.parts import Parts
from models.studio.raster import rasterise
from models.studio.subdivision import Indices
from models.studio.visibility import posed_surface

COLUMNS: Final = 97
ROWS: Final = 73
_STRETCH_REACH: Final = 45.0
_EDGE: Final = 13  # canvas pixels
_DROP: Final = 4.0  # u
_STRAND: Final = 9  # canvas pixels that a strand's point stands for: no lock is to be seen through between its points
_SOFTNESS: Final = 6.0  # canvas pixels
_BREATH: Final = (1.6, -4.6)


@dataclass(frozen=True, slots=True)
class Plate:
    """One grid, as in the bundle."""

    points: Points
    uv: Points
    follow: Points
    vertex: Indices
    stretch: Points
    breath: Points


def make_plate(parts: Parts, camera: Camera, key: Key, patch: Points, sturdy: NDArray[np.bool_]) -> Plate:
    """The plate of a key; `patch` are the kept vertices at rest, `sturdy` those which cover what is under them."""
    depth, cloth, hair = _depths(parts, camera, key)
    known = np.isfinite(depth)
    near = distance_transform_edt(~known, return_distances=False, return_indices=True)
    depth = gaussian_filter(_farther(depth[tuple(near)], hair[tuple(near)]), _SOFTNESS)
    cloth_soft = gaussian_filter(cloth[tuple(near)].astype(np.float64), 10.0)
    x, y = np.meshgrid(np.linspace(0, camera.width, COLUMNS), np.linspace(0, camera.height, ROWS))
    uv = np.stack([x.reshape(-1), y.reshape(-1)], axis=1)
    column = np.clip(uv[:, 0].astype(int), 0, camera.width - 1)
    row = np.clip(uv[:, 1].astype(int), 0, camera.height - 1)
    shown = camera.point_at(uv, depth[row, column])
    cloth_share = cloth_soft[row, column]
    points = shown
    follow = np.zeros(len(shown))
    for _ in range(4):
        follow = head_share(points) * (1 - cloth_share)
        points = key.pose.turn_back(shown, follow, PIVOT)
    canvas = camera.project(patch)[:, :2]
    candidates = np.flatnonzero(sturdy)
    away, nearest = cKDTree(canvas[candidates]).query(camera.project(points)[:, :2])
    stretch = np.exp(-((away / _STRETCH_REACH) ** 2)) * (1 - cloth_share) * smoothstep(0.2, 0.8, follow)
    side = np.clip(points[:, 0] / 12.0, -1, 1)
    rise = cloth_share * (0.65 + 0.35 * smoothstep(5.0, 12.0, np.abs(points[:, 0])))
    breath = rise[:, None] * np.stack([_BREATH[0] * side, np.full_like(side, _BREATH[1])], axis=1)
    return Plate(points, uv, follow, candidates[nearest], stretch, breath)


def _farther(depth: NDArray[np.float64], hair: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The depth with what lies behind its edges drawn forth: the neck beside a jaw, which the mesh covers, must not move like the jaw.

    A lock of hair keeps its own depth, nothing covers it.
    """
    behind: NDArray[np.float64] = np.minimum(maximum_filter(depth, size=_EDGE), depth + _DROP)
    return np.where(hair, depth, behind)


def _depths(parts: Parts, camera: Camera, key: Key) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """The depth of head, hair and clothes at each canvas pixel, where it is the clothes', and where it is hair's."""
    _, solid, triangles = posed_surface(parts, key)
    raster = rasterise(camera.project(solid)[triangles], camera.width, camera.height)
    cloth = raster.triangle >= len(triangles) - 2 * len(parts.garment.quads)
    depth = raster.depth
    strands = parts.hair.points.reshape(-1, 3)
    share = head_share(strands)
    strands = key.pose.turn_head(Pose(pitch=TILT).turn_head(strands, share, PIVOT), share, PIVOT)
    seen = camera.project(strands)
    column, row = seen[:, 0].astype(int), seen[:, 1].astype(int)
    within = (column >= 0) & (column < camera.width) & (row >= 0) & (row < camera.height)
    nearest = np.full_like(depth, np.inf)
    np.minimum.at(nearest, (row[within], column[within]), seen[within, 2])
    before, depth = depth, np.minimum(depth, minimum_filter(nearest, size=_STRAND))
    hair = depth < before - 0.2
    return depth, cloth & ~hair, hair
