"""Brows and lashes: curves whose points ride on the mesh, so that every expression carries them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree  # type: ignore[import-not-found,unused-ignore]

from models.studio.geometry import Points
from models.studio.head import EYEBALLS, Person, eye_sphere
from models.studio.outlines import catmull_rom
from models.studio.recipe import Recipe
from models.studio.subdivision import Indices

_BROW_STRANDS: Final = 1100
_STRIP: Final = 114
_STRIPS_FROM: Final = 25351
_ROWS: Final = 6
_COLUMNS: Final = 19


@dataclass(frozen=True, slots=True)
class Strands:
    """Curves [N, P, 3] with a radius [N, P] and a brightness factor [N]."""

    points: Points
    radius: Points
    shade: Points


@dataclass(frozen=True, slots=True)
class Rider:
    """Curves tied to the mesh: each strand's root lies in a triangle, its points are told in that triangle's frame."""

    corners: Indices
    weights: Points
    local: Points
    radius: Points
    shade: Points

    def at(self, vertices: Points) -> Strands:
        """The curves on a posed mesh (coarse vertices after subdivision)."""
        frame = _frames(vertices[self.corners])
        root = np.einsum("nk,nkc->nc", self.weights, vertices[self.corners])
        points = root[:, None] + np.einsum("npi,nij->npj", self.local, frame)
        return Strands(points, self.radius, self.shade)


def _frames(corners: Points) -> Points:
    along = corners[:, 1] - corners[:, 0]
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-12
    out = np.cross(along, corners[:, 2] - corners[:, 0])
    out /= np.linalg.norm(out, axis=1, keepdims=True) + 1e-12
    return np.stack([along, np.cross(out, along), out], axis=1)


def brows(person: Person, recipe: Recipe, surface: Points, triangles: Indices) -> Rider:
    """Eyebrows on `surface` (the plain head after subdivision) in bands round the landmarks 17-26."""
    rng = np.random.default_rng(recipe.seed + 300)
    roots, ways, lengths = [], [], []
    for numbers, side in (((21, 20, 19, 18, 17), -1.0), ((22, 23, 24, 25, 26), 1.0)):
        line = surface[person.mesh.landmarks[list(numbers)]].copy()
        line[4, 1] += 0.30
        line[0] += [side * -0.12, -0.06, 0]
        curve = catmull_rom(line, 24, closed=False)
        t = rng.beta(1.05, 1.25, _BROW_STRANDS // 2)
        middle = np.stack([np.interp(t, np.linspace(0, 1, len(curve)), curve[:, i]) for i in range(3)], axis=1)
        half = np.interp(t, [0, 0.12, 0.4, 0.75, 1], [0.20, 0.30, 0.32, 0.22, 0.07]) * (1.3 if recipe.man else 1.0)
        across = np.clip(rng.normal(0, 0.55, len(t)), -1, 1)
        roots.append(middle + np.stack([np.zeros_like(t), across * half, np.zeros_like(t)], axis=1))
        # Up at the inner end, then outward, then down; hairs from above and below lean to the middle.
        up = np.interp(t, [0, 0.15, 0.5, 1], [1.5, 0.75, 0.28, -0.35]) - 0.45 * across * np.interp(
            t, [0, 0.2, 1], [0, 1, 0.6]
        )
        way = np.stack([np.full_like(t, side), up, np.full_like(t, -0.12 * 1)], axis=1)
        way += rng.normal(0, 0.13, way.shape)
        ways.append(way / np.linalg.norm(way, axis=1, keepdims=True))
        lengths.append(np.interp(t, [0, 0.3, 1], [0.42, 0.62, 0.40]) * rng.uniform(0.7, 1.15, len(t)))
    root, way, length = np.concatenate(roots), np.concatenate(ways), np.concatenate(lengths)
    steps = np.linspace(0, 1, 5)
    points = root[:, None] + way[:, None] * (steps[None, :, None] * length[:, None, None])
    bend = rng.normal(0, 0.05, (len(root), 1))
    points[:, :, 1] -= (steps**2)[None] * (0.10 * length[:, None] + bend)
    corner_points = surface[triangles]
    tree = cKDTree(corner_points.mean(axis=1))
    flat_tree = cKDTree(surface)
    lifted = _on_surface(points, flat_tree, surface, triangles)
    _, chosen = tree.query(lifted[:, 0])
    corners = triangles[chosen]
    radius = 0.0185 * (1 - 0.78 * steps)[None] * rng.uniform(0.75, 1.15, (len(root), 1))
    return tie(lifted, corners, surface, radius, np.exp(rng.normal(0.0, 0.3, len(root))))


def _on_surface(points: Points, tree: cKDTree, surface: Points, triangles: Indices) -> Points:
    """Brow hairs lie on the skin, lifting off a little towards their tips."""
    normals = vertex_normals(surface, triangles)
    shape = points.shape
    flat = points.reshape(-1, 3)
    distance, near = tree.query(flat, k=4)
    share = 1 / (distance + 0.02)
    share /= share.sum(axis=1, keepdims=True)
    normal = np.einsum("nk,nkc->nc", share, normals[near])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    base = np.einsum("nk,nkc->nc", share, surface[near])
    height = ((flat - base) * normal).sum(axis=1)
    wanted = np.tile(np.linspace(0.0, 1.0, shape[1]) ** 0.7 * 0.075, shape[0]) + 0.004
    lifted: Points = (flat + (wanted - height)[:, None] * normal).reshape(shape)
    return lifted


def lashes(person: Person, recipe: Recipe, vertices: Points) -> Rider:
    """Lashes along the mesh's own lash strips (grids of six rows), so that lids carry them."""
    rng = np.random.default_rng(recipe.seed + 310)
    points, corners, radii = [], [], []
    centres = [eye_sphere(person.plain[part])[0] for part in EYEBALLS]
    for strip in range(12):
        upper = strip % 6 < 3
        count = (22 if upper else 7) if not recipe.man else (18 if upper else 6)
        index = strip_grid(person.mesh.faces[person.mesh.faces_of("M_EyeLashes")], _STRIPS_FROM + strip * _STRIP)
        grid = vertices[index]
        place = np.sort(rng.uniform(0.4, _COLUMNS - 1.4, count))
        column = np.clip(place.astype(int), 0, _COLUMNS - 2)
        share = (place - column)[:, None, None]
        curve = grid[column] * (1 - share) + grid[column + 1] * share
        # The root is the end at the lid, nearer to the eye.
        first, last = (np.linalg.norm(curve[:, end] - centres[strip // 6], axis=1).mean() for end in (0, -1))
        rows = np.arange(_ROWS)
        if first > last:
            curve, rows = curve[:, ::-1], rows[::-1]
        reach = rng.uniform(0.65, 1.0, (count, 1, 1)) * (0.92 if not recipe.man else 0.62) * (1.0 if upper else 0.7)
        points.append(curve[:, :1] + (curve - curve[:, :1]) * reach)
        corners.append(np.stack([index[column, rows[0]], index[column + 1, rows[0]], index[column, rows[3]]], axis=1))
        radii.append(np.full(count, 0.020 if upper else 0.009))
    radius = np.concatenate(radii)[:, None] * (1 - 0.8 * np.linspace(0, 1, _ROWS))[None]
    all_points = np.concatenate(points)
    return tie(all_points, np.concatenate(corners), vertices, radius, np.full(len(all_points), 0.5))


def strip_grid(faces: Indices, first: int) -> Indices:
    """The vertices of the lash strip that begins at vertex `first`, as a grid [columns along the lid, rows across]."""
    own = faces[(faces[:, 0] >= first) & (faces[:, 0] < first + _STRIP)]
    beside: dict[int, set[int]] = {int(vertex): set() for vertex in np.unique(own)}
    for face in own.tolist():
        for a, b in zip(face, face[1:] + face[:1], strict=True):
            beside[a].add(b)
            beside[b].add(a)
    corners = [vertex for vertex, others in beside.items() if len(others) == 2]
    here = _steps_from(corners[0], beside)
    there = _steps_from(next(vertex for vertex in corners if here[vertex] == _ROWS - 1), beside)
    grid = np.zeros((_COLUMNS, _ROWS), dtype=np.int64)
    for vertex in beside:
        # From two neighbouring corners the counts of steps tell column and row.
        row = (here[vertex] - there[vertex] + _ROWS - 1) // 2
        grid[here[vertex] - row, row] = vertex
    return grid


def _steps_from(start: int, beside: dict[int, set[int]]) -> dict[int, int]:
    steps, edge = {start: 0}, [start]
    for vertex in edge:
        for other in sorted(beside[vertex] - steps.keys()):
            steps[other] = steps[vertex] + 1
            edge.append(other)
    return steps


def tie(points: Points, corners: Indices, vertices: Points, radius: Points, shade: Points) -> Rider:
    """Tie curves [N, P, 3] to the triangles `corners` [N, 3] of a mesh."""
    placed = vertices[corners]
    first, second = placed[:, 1] - placed[:, 0], placed[:, 2] - placed[:, 0]
    root = points[:, 0] - placed[:, 0]
    system = np.stack([first, second], axis=2)
    solved = np.einsum("nij,nj->ni", np.linalg.pinv(system), root)
    weights = np.stack([1 - solved.sum(axis=1), solved[:, 0], solved[:, 1]], axis=1)
    base = np.einsum("nk,nkc->nc", weights, placed)
    local = np.einsum("npj,nij->npi", points - base[:, None], _frames(placed))
    return Rider(corners, weights, local, radius, shade)


def vertex_normals(points: Points, triangles: Indices) -> NDArray[np.float64]:
    """Area-weighted unit normals."""
    across = np.cross(
        points[triangles[:, 1]] - points[triangles[:, 0]], points[triangles[:, 2]] - points[triangles[:, 0]]
    )
    normals = np.stack(
        [sum(np.bincount(triangles[:, k], across[:, i], minlength=len(points)) for k in range(3)) for i in range(3)],
        axis=1,
    )
    unit: NDArray[np.float64] = normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12)
    return unit
