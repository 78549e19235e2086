"""A z-buffer in numpy: which triangle covers each pixel, and where in it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.studio.geometry import Points
from models.studio.subdivision import Indices

_CHUNK = 2_000_000


@dataclass(frozen=True, slots=True)
class Raster:
    """For each pixel the nearest triangle (-1: none), its barycentric coordinates and its depth (infinite: none)."""

    triangle: NDArray[np.int64]
    barycentric: NDArray[np.float32]
    depth: NDArray[np.float64]

    def interpolate(self, triangles: Indices, values: Points) -> Points:
        """Vertex `values` [V, C] at the covered pixels, in the order of `covered`."""
        picked = values[triangles[self.triangle[self.covered]]]
        mixed: Points = np.einsum("nk,nkc->nc", self.barycentric[self.covered], picked)
        return mixed

    @property
    def covered(self) -> NDArray[np.bool_]:
        """The pixels that a triangle covers."""
        return self.triangle >= 0


def rasterise(corners: Points, width: int, height: int) -> Raster:
    """Draw triangles [T, 3, 3] (pixel x, y, depth; the smaller depth wins) at the pixels' centres."""
    best = np.full(width * height, np.iinfo(np.uint64).max, dtype=np.uint64)
    low, high = corners[:, :, 2].min(), corners[:, :, 2].max()
    scale = (2**31 - 1) / max(high - low, 1e-9)
    box_low = np.floor(corners[:, :, :2].min(axis=1) - 0.5).astype(np.int64) + 1
    box_high = np.floor(corners[:, :, :2].max(axis=1) - 0.5).astype(np.int64)
    box_low = np.maximum(box_low, 0)
    box_high = np.minimum(box_high, [width - 1, height - 1])
    extent = np.maximum(box_high - box_low + 1, 0)
    area = extent[:, 0] * extent[:, 1]
    order = np.argsort(area, kind="stable")
    order = order[area[order] > 0]
    start = 0
    while start < len(order):
        # Triangles of alike boxes go together, so that few candidates are wasted.
        largest = max(int(area[order[start]]) * 2, 16)
        end = int(np.searchsorted(area[order], largest, side="right"))
        end = min(end, start + max(_CHUNK // largest, 1))
        chosen = order[start:end]
        pixel, who, depth = _candidates(corners, chosen, box_low, extent, width)
        key = (((depth - low) * scale).astype(np.uint64) << np.uint64(32)) | who.astype(np.uint64)
        np.minimum.at(best, pixel, key)
        start = end
    hit = best != np.iinfo(np.uint64).max
    triangle = np.where(hit, (best & np.uint64(0xFFFFFFFF)).astype(np.int64), -1)
    return _finish(corners, triangle, width, height)


def _candidates(
    corners: Points, chosen: Indices, box_low: Indices, extent: Indices, width: int
) -> tuple[Indices, Indices, Points]:
    area = extent[chosen, 0] * extent[chosen, 1]
    who = np.repeat(chosen, area)
    place = np.arange(len(who)) - np.repeat(np.cumsum(area) - area, area)
    x = box_low[who, 0] + place % extent[who, 0]
    y = box_low[who, 1] + place // extent[who, 0]
    weights, flat = _barycentric(corners[who], x + 0.5, y + 0.5)
    inside = (weights.min(axis=1) >= -1e-9) & ~flat
    depth = np.einsum("nk,nk->n", weights[inside], corners[who[inside], :, 2])
    return (y * width + x)[inside], who[inside], depth


def _barycentric(corners: Points, x: NDArray[Any], y: NDArray[Any]) -> tuple[Points, NDArray[np.bool_]]:
    a, b, c = corners[:, 0, :2], corners[:, 1, :2], corners[:, 2, :2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    flat = np.abs(area) < 1e-12
    area = np.where(flat, 1.0, area)
    second = ((x - a[:, 0]) * (c[:, 1] - a[:, 1]) - (y - a[:, 1]) * (c[:, 0] - a[:, 0])) / area
    third = ((b[:, 0] - a[:, 0]) * (y - a[:, 1]) - (b[:, 1] - a[:, 1]) * (x - a[:, 0])) / area
    return np.stack([1 - second - third, second, third], axis=1), flat


def _finish(corners: Points, triangle: Indices, width: int, height: int) -> Raster:
    hit = np.flatnonzero(triangle >= 0)
    weights, _ = _barycentric(corners[triangle[hit]], hit % width + 0.5, hit // width + 0.5)
    barycentric = np.zeros((width * height, 3), dtype=np.float32)
    barycentric[hit] = weights
    depth = np.full(width * height, np.inf)
    depth[hit] = np.einsum("nk,nk->n", weights, corners[triangle[hit], :, 2])
    shape = (height, width)
    return Raster(triangle.reshape(shape), barycentric.reshape(*shape, 3), depth.reshape(shape))
