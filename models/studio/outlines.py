"""Closed curves in the plane and how far points are from them."""

import numpy as np
from numpy.typing import NDArray

from models.studio.geometry import Points

_CHUNK = 200_000


def catmull_rom(points: Points, steps: int = 8, *, closed: bool = True) -> Points:
    """A smooth curve through points, `steps` samples for each stretch."""
    count = len(points)
    t = np.arange(steps) / steps
    basis = (
        np.stack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3], axis=1) / 2
    )
    parts = []
    for i in range(count if closed else count - 1):
        around = [i - 1, i, i + 1, i + 2]
        picked = points[[k % count for k in around]] if closed else points[np.clip(around, 0, count - 1)]
        parts.append(basis @ picked)
    if not closed:
        parts.append(points[-1:])
    return np.concatenate(parts)


def distance_to_line(points: Points, line: Points, *, closed: bool = False) -> Points:
    """The distance of each point from a chain of segments."""
    starts, ends = (line, np.roll(line, -1, axis=0)) if closed else (line[:-1], line[1:])
    along = ends - starts
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    best = np.full(len(points), np.inf)
    for low in range(0, len(points), _CHUNK):
        part = points[low : low + _CHUNK]
        nearest = np.full(len(part), np.inf)
        for start, way, square in zip(starts, along, length, strict=True):
            away = part - start
            t = np.clip(away @ way / square, 0, 1)
            nearest = np.minimum(nearest, ((away - t[:, None] * way) ** 2).sum(axis=1))
        best[low : low + _CHUNK] = np.sqrt(nearest)
    return best


def inside(points: Points, outline: Points) -> NDArray[np.bool_]:
    """Whether each point lies within a closed outline."""
    odd = np.zeros(len(points), dtype=bool)
    for a, b in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if a[1] == b[1]:
            continue
        crosses = (points[:, 1] < a[1]) != (points[:, 1] < b[1])
        odd ^= crosses & (points[:, 0] < (b[0] - a[0]) * (points[:, 1] - a[1]) / (b[1] - a[1]) + a[0])
    return odd


def signed_distance(points: Points, outline: Points) -> Points:
    """The distance from a closed outline, negative inside; far from its box the distance to the box is good enough."""
    low, high = outline.min(axis=0), outline.max(axis=0)
    box = np.linalg.norm(np.maximum(np.maximum(low - points, points - high), 0), axis=1)
    result: Points = box.copy()
    near = box < 2.5
    close = points[near]
    result[near] = distance_to_line(close, outline, closed=True) * np.where(inside(close, outline), -1, 1)
    return result
