"""The head's outline in the pictures: the bright and mixed line there must not stay on skin or neck once the head has turned.

Near an edge in depth, each vertex has a way to where its picture shows its own surface alone. A picture's own pose leaves it at its place.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.replica.performance.easing import smooth
from engine.layers.replica.presenter.bundle import Bundle
from engine.layers.replica.presenter.geometry import SKIN, Geometry
from engine.layers.replica.presenter.kernels import compiled
from engine.layers.replica.presenter.motion import project, rotation
from engine.layers.replica.presenter.raster import PER_SIDE, cover_samples

Floats = NDArray[np.float32]

_CLEAR: Final = 5.0  # canvas pixels that an edge must be away
_STEPS: Final = (3.0, 6.0, 9.0, 13.0, 18.0, 24.0, 30.0)  # canvas pixels of the ways that are tried, in all directions
_DIRECTIONS: Final = 16
_EDGE: Final = 1.2  # u: a greater difference in depth between near places is an edge
_SAME: Final = 1.2  # u: whoever is seen that far before a vertex is somebody else ...
_STEEP: Final = 0.3  # ... unless the vertex looks aside so much (cosine): there the surface itself comes nearer
_NOSE: Final = 33  # of the 68 landmarks: between the nostrils
_MOUTH_CORNERS: Final = [48, 54]
_ROUNDS: Final = 4  # of evening out between neighbours
_TURNED: Final = 2.5  # degrees away from a picture's pose for the full way


@dataclass(frozen=True, slots=True)
class Outline:
    """The vertices [n] near the outline in any key."""

    vertices: NDArray[np.int32]
    ways: Floats
    """To clear places in each key [n, K, 2], texels."""
    poses: Floats
    """Yaw, pitch and roll of each key [K, 3], degrees."""

    def parts(self, yaw: float, pitch: float, roll: float) -> Floats:
        """Return how much of their way the vertices go in each key [K] when the head is posed like this."""
        away = np.sqrt(((self.poses - np.array((yaw, pitch, roll), np.float32)) ** 2).sum(1))
        return np.array([smooth(min(1.0, float(degrees) / _TURNED)) for degrees in away], np.float32)


def outline(bundle: Bundle, geometry: Geometry, mapping: Floats, pivot: Floats, view: Floats, scale: float) -> Outline:
    """Find the outline; `mapping` leads from canvas to texels (`Textures.mapping`), `view` projects to `scale` pixels per canvas pixel."""
    normals = _normals(geometry)
    lower = _lower_face(geometry)
    turn = np.empty((3, 3), np.float32)
    found: dict[tuple[float, float, float], Floats] = {}
    ways = np.empty((len(bundle.keys), len(normals), 2), np.float32)
    for index, key in enumerate(bundle.keys):
        pose = (key.yaw, key.pitch, key.roll)
        if pose not in found:
            rotation(*pose, turn)
            found[pose] = _ways(geometry, normals, turn, pivot, view, scale)
        ways[index] = found[pose] * lower[:, None] * mapping[index, :2]
    vertices = np.flatnonzero(np.abs(ways).max((0, 2)) > 0.2)
    poses = np.array([(key.yaw, key.pitch, key.roll) for key in bundle.keys], np.float32)
    return Outline(vertices.astype(np.int32), np.ascontiguousarray(ways[:, vertices].transpose(1, 0, 2)), poses)


@compiled("i4[::1]; f4[:,:,::1]; f4[::1]; f4[:,:,::1]; f4[:,:,::1]")
def move_along(vertices: NDArray[np.int32], ways: Floats, parts: Floats, places: Floats, out: Floats) -> None:
    """Write where in the pictures the vertices near the outline find their colours [V, K, 2]."""
    for number in range(vertices.size):
        vertex = vertices[number]
        for key in range(parts.size):
            for axis in range(2):
                out[vertex, key, axis] = places[vertex, key, axis] + parts[key] * ways[number, key, axis]


def _lower_face(geometry: Geometry) -> Floats:
    """Return 1 for vertices below the mouth's corners, and less and less up to 0 at the nose: farther up, hair lies over the outline."""
    nose, corners = geometry.rest[geometry.landmarks[_NOSE], 1], geometry.rest[geometry.landmarks[_MOUTH_CORNERS], 1]
    from_nose = (nose - geometry.rest[:, 1]) / max(0.1, float(nose - corners.mean()))
    return np.asarray(np.clip(from_nose, 0.0, 1.0), np.float32)


def _ways(geometry: Geometry, normals: Floats, turn: Floats, pivot: Floats, view: Floats, scale: float) -> Floats:
    """Return the ways [V, 2] in canvas pixels in one pose."""
    seen, ways = np.empty_like(geometry.rest), np.zeros((len(normals), 2), np.float32)
    project(geometry.rest, geometry.pose_follow, pivot, turn, view, seen)
    corner = np.floor(seen[:, :2].min(0))
    seen[:, :2] -= corner
    columns, rows = np.ceil(seen[:, :2].max(0)).astype(int) + 1
    window = np.array((0, 0, columns, rows), np.int32)
    depths = np.empty((PER_SIDE * rows, PER_SIDE * columns), np.float32)
    cover_samples(geometry.triangles, seen, window, np.empty(depths.shape, np.uint16), depths)
    follow = geometry.pose_follow.astype(np.float32) / np.float32(255.0)
    facing = normals[:, 2] + follow * (normals @ turn[2] - normals[:, 2])
    angles = np.arange(_DIRECTIONS) * (2.0 * np.pi / _DIRECTIONS)
    circle = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    steps = np.array((0.0, *_STEPS), np.float32)
    _find_ways(seen, facing.astype(np.float32), geometry.region, depths, circle, steps, scale * PER_SIDE, ways)
    sums, counts = np.empty_like(ways), np.empty(len(ways), np.float32)
    for _ in range(_ROUNDS):
        _even_out(ways, geometry.triangles, sums, counts)
    return ways


@compiled("f4[:,::1]; f4[::1]; u1[::1]; f4[:,::1]; f4[:,::1]; f4[::1]; f8; f4[:,::1]")
def _find_ways(
    seen: Floats,
    facing: Floats,
    region: NDArray[np.uint8],
    depths: Floats,
    circle: Floats,
    steps: Floats,
    samples: float,
    ways: Floats,
) -> None:
    # `samples`: those of `depths` per canvas pixel.
    rows, columns = depths.shape
    side, clear = np.float32(samples), np.float32(_CLEAR)
    for vertex in range(facing.size):
        if region[vertex] != SKIN:
            continue
        middle_x, middle_y = seen[vertex, 0] * np.float32(PER_SIDE), seen[vertex, 1] * np.float32(PER_SIDE)
        own = seen[vertex, 2]
        found = False
        for step in range(steps.size):
            for direction in range(circle.shape[0] if step else 1):
                x = middle_x + side * steps[step] * circle[direction, 0]
                y = middle_y + side * steps[step] * circle[direction, 1]
                if x < 0 or y < 0 or x >= columns or y >= rows:
                    continue
                there = depths[int(y), int(x)]
                if there > own + np.float32(_SAME):
                    continue
                if there < own - np.float32(_SAME) and facing[vertex] > np.float32(_STEEP):
                    continue
                edge = False
                for around in range(0, circle.shape[0], 2):
                    column = int(
                        min(np.float32(columns - 1), max(np.float32(0.0), x + side * clear * circle[around, 0]))
                    )
                    row = int(min(np.float32(rows - 1), max(np.float32(0.0), y + side * clear * circle[around, 1])))
                    if abs(depths[row, column] - there) > np.float32(_EDGE):
                        edge = True
                        break
                if not edge:
                    ways[vertex, 0] = steps[step] * circle[direction, 0]
                    ways[vertex, 1] = steps[step] * circle[direction, 1]
                    found = True
                    break
            if found:
                break


def _normals(geometry: Geometry) -> Floats:
    corners = geometry.rest[geometry.triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = _gathered(faces, geometry.triangles, len(geometry.rest))
    return np.asarray(normals / np.maximum(1e-9, np.linalg.norm(normals, axis=1, keepdims=True)), np.float32)


@compiled("f4[:,::1]; u2[:,::1]; f4[:,::1]; f4[::1]")
def _even_out(values: Floats, triangles: NDArray[np.uint16], sums: Floats, counts: Floats) -> None:
    # Give every vertex the mean of its triangles' means.
    third = np.float32(1.0 / 3.0)
    for vertex in range(counts.size):
        counts[vertex] = sums[vertex, 0] = sums[vertex, 1] = np.float32(0.0)
    for triangle in range(triangles.shape[0]):
        a, b, c = triangles[triangle, 0], triangles[triangle, 1], triangles[triangle, 2]
        for axis in range(2):
            mean = (values[a, axis] + values[b, axis] + values[c, axis]) * third
            sums[a, axis] += mean
            sums[b, axis] += mean
            sums[c, axis] += mean
        counts[a] += np.float32(1.0)
        counts[b] += np.float32(1.0)
        counts[c] += np.float32(1.0)
    for vertex in range(counts.size):
        if counts[vertex] > np.float32(0.0):
            values[vertex, 0] = sums[vertex, 0] / counts[vertex]
            values[vertex, 1] = sums[vertex, 1] / counts[vertex]


def _gathered(of_triangles: NDArray[np.floating], triangles: NDArray[np.uint16], count: int) -> NDArray[np.float64]:
    """Return at each vertex [count, n] the sum over its triangles [T, n]."""
    sums = np.zeros((count, of_triangles.shape[1]))
    for axis in range(sums.shape[1]):
        for corner in range(3):
            sums[:, axis] += np.bincount(triangles[:, corner], of_triangles[:, axis], count)
    return sums
