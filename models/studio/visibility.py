"""Which vertices each key picture really shows."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.studio.geometry import Camera, Points, smoothstep
from models.studio.keys import Key
from models.studio.parts import Parts
from models.studio.patch import GUMS_REGION, LEFT_EYE, RIGHT_EYE, SKIN, TEETH_REGION, Surface
from models.studio.raster import rasterise
from models.studio.strands import vertex_normals
from models.studio.subdivision import Indices

_TOLERANCE: Final = 0.10
_STRICT: Final = 0.04
_FEATHER: Final = 26.0
_FALLBACK: Final = {"open": 0.1, "smile": 0.01}
"""Where no key shows a part of the mouth's inside, the colours of its neighbourhood are taken from these."""


def posed_surface(parts: Parts, key: Key) -> tuple[Points, Points, Indices]:
    """Coarse vertices with eyeballs, and all that can hide them (points and triangles), in a key's pose."""
    person = parts.person
    fine = parts.split.points(person.posed(key.weights, key.pose))
    balls = person.eyeballs(parts.ball.points, key.weights, key.pose)
    coarse = np.concatenate([fine[: len(person.plain)], *balls])
    quads = np.concatenate([parts.skin_quads, parts.quads_of("M_GumsTongue", "M_Teeth")])
    solid = np.concatenate([fine, *balls, parts.garment.points])
    ball = len(parts.ball.points)
    cloth = parts.garment.quads + len(fine) + 2 * ball
    triangles = np.concatenate(
        [
            quads[:, [0, 1, 2]], quads[:, [0, 2, 3]],
            parts.ball.triangles + len(fine), parts.ball.triangles + len(fine) + ball,
            cloth[:, [0, 1, 2]], cloth[:, [0, 2, 3]],
        ]
    )  # fmt: skip
    return coarse, solid, triangles


def key_visibility(parts: Parts, surface: Surface, camera: Camera, key: Key) -> Points:
    """0..1 per vertex of the surface for one key."""
    coarse, solid, triangles = posed_surface(parts, key)
    depth = rasterise(camera.project(solid)[triangles], camera.width, camera.height).depth
    seen = camera.project(coarse)
    skin = surface.region == SKIN
    farthest, nearest = _around(np.where(np.isfinite(depth), depth, 1e6), seen)
    facing = np.clip(3 * _towards(coarse, surface.triangles, camera), 0, 1)
    loose = (seen[:, 2] <= np.where(farthest > 1e5, nearest, farthest) + _TOLERANCE) * facing
    strict = (seen[:, 2] <= nearest + _STRICT + 0.02) * np.clip(facing * 2, 0, 1)
    visible = np.where(skin, loose, strict)
    # The sides of teeth face each other: what their places in the picture show is right all the same.
    visible = np.where(surface.region == TEETH_REGION, widened(visible, surface.triangles), visible)
    eye = (surface.region == LEFT_EYE) | (surface.region == RIGHT_EYE)
    if key.name == "pucker":
        visible[~skin & ~eye] = 0.0
    left, top, width, height = key.box()
    inset = np.minimum.reduce(
        [seen[:, 0] - left, left + width - seen[:, 0], seen[:, 1] - top, top + height - seen[:, 1]]
    )
    if key.crop is not None:
        visible = visible * smoothstep(1.0, _FEATHER, inset)
    return np.where(inset > 0, visible, 0.0)


def with_fallbacks(visibility: Points, surface: Surface, keys: tuple[Key, ...]) -> Points:
    """Let parts of the mouth and the eyeballs that no key shows take colours from somewhere near."""
    result = visibility.copy()
    inside = (surface.region >= TEETH_REGION) & (surface.region < LEFT_EYE)
    unseen = inside & (visibility.max(axis=0) < 0.05) & (surface.rest[:, 2] > 6.0)
    shown = [i for i, key in enumerate(keys) if key.name in _FALLBACK]
    for index in shown:
        floor = _FALLBACK[keys[index].name]
        # Gums that nothing shows stay out: they would bring lip colours behind the teeth.
        result[index] = np.where(
            unseen & (surface.region != GUMS_REGION), np.maximum(result[index], floor), result[index]
        )
    eye = (surface.region == LEFT_EYE) | (surface.region == RIGHT_EYE)
    result[0] = np.where(eye & (visibility.max(axis=0) < 0.02) & (surface.rest[:, 2] > 8.0), 0.02, result[0])
    return result


def widened(visible: Points, triangles: Indices) -> Points:
    """The most of a vertex and its neighbours, twice."""
    for _ in range(2):
        most = visible[triangles].max(axis=1)
        wider = visible.copy()
        for corner in range(3):
            np.maximum.at(wider, triangles[:, corner], most)
        visible = wider
    return visible


def _towards(points: Points, triangles: Indices, camera: Camera) -> Points:
    """The cosine between a vertex' normal and the direction to the camera."""
    normals = vertex_normals(points, triangles)
    way = np.array(camera.position) - points
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    cosine: Points = (normals * way).sum(axis=1)
    return cosine


def _around(depth: NDArray[np.float64], seen: Points) -> tuple[Points, Points]:
    """Largest and smallest depth of the nine pixels round each projected point."""
    column = np.clip(seen[:, 0].astype(int), 1, depth.shape[1] - 2)
    row = np.clip(seen[:, 1].astype(int), 1, depth.shape[0] - 2)
    nine = np.stack([depth[row + dy, column + dx] for dy in (-1, 0, 1) for dx in (-1, 0, 1)])
    return nine.max(axis=0), nine.min(axis=0)
