"""A few days' beard: where it grows, and short hairs that ride on the mesh."""

from typing import Final

import numpy as np

from models.studio.geometry import Points, smoothstep
from models.studio.head import Person
from models.studio.noise import fractal_noise
from models.studio.outlines import catmull_rom, signed_distance
from models.studio.recipe import Recipe
from models.studio.strands import Rider, tie, vertex_normals
from models.studio.subdivision import Indices

_HAIRS: Final = 14_000
_STEPS: Final = 3


def beard_density(at: Points, person: Person, seed: int) -> Points:
    """0..1 at points of the plain head: below the cheekbones, down to the middle of the neck, not on the lips."""
    jaw_top = np.interp(np.abs(at[:, 0]), [0, 1.2, 2.6, 4.2, 6.0, 7.4], [-1.5, -1.55, -2.0, -3.6, -2.4, 1.5])
    jaw_top += float(person.landmark(33)[1]) + 1.2
    below = smoothstep(0.75, -0.65, at[:, 1] - jaw_top + 0.5 * fractal_noise(at, 1.2, seed + 70, 2))
    neck = smoothstep(-11.2, -8.2, at[:, 1] + 0.5 * fractal_noise(at, 0.9, seed + 71, 2))
    outline = catmull_rom(person.plain[person.mesh.landmarks[48:60]][:, :2])
    ahead = at[:, 2] > 7.0
    away = np.full(len(at), 9.0)
    away[ahead] = signed_distance(at[ahead, :2], outline)
    density: Points = below * neck * smoothstep(-0.5, 2.0, at[:, 2]) * smoothstep(0.05, 0.3, away)
    return density


def stubble(person: Person, recipe: Recipe, surface: Points, triangles: Indices) -> Rider:
    """Short hairs on `surface` (the plain head after subdivision); `shade` below 0 asks for grey."""
    rng = np.random.default_rng(recipe.seed + 320)
    corners = surface[triangles]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    # Seen along the skin, an even beard would add up to a dark line round the jaw: count by the area seen from ahead.
    area = np.maximum(across[:, 2], 0.0) * beard_density(corners.mean(axis=1), person, recipe.seed)
    chosen = rng.choice(len(triangles), round(_HAIRS * min(1.0, recipe.skin.beard * 1.4)), p=area / area.sum())
    u, v = rng.random(len(chosen)), rng.random(len(chosen))
    flip = u + v > 1
    u, v = np.where(flip, 1 - u, u), np.where(flip, 1 - v, v)
    root = np.einsum("nk,nkc->nc", np.stack([1 - u - v, u, v], axis=1), corners[chosen])
    normal = vertex_normals(surface, triangles)[triangles[chosen]].mean(axis=1)
    way = 0.3 * normal + np.array([0.0, -0.75, 0.0]) + rng.normal(0, 0.28, root.shape)
    way += 0.25 * np.sign(root[:, :1]) * [1.0, 0.0, 0.0]
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    length = rng.uniform(0.06, 0.12, len(root))
    steps = np.linspace(0, 1, _STEPS)
    points = root[:, None] - 0.01 * normal[:, None] + way[:, None] * (steps[None, :, None] * length[:, None, None])
    radius = 0.0075 * (1 - 0.6 * steps)[None] * rng.uniform(0.8, 1.2, (len(root), 1))
    shade = np.exp(rng.normal(0.0, 0.3, len(root)))
    return tie(
        points, triangles[chosen], surface, radius, np.where(rng.random(len(root)) < recipe.hair.grey, -shade, shade)
    )
