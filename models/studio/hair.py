"""Hair: roots by density, then each strand grows step by step over the scalp along a flow field."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree  # type: ignore[import-not-found,unused-ignore]

from models.studio.geometry import Points, smoothstep
from models.studio.hairline import hair_density, on_ears
from models.studio.noise import fractal_noise
from models.studio.recipe import Recipe
from models.studio.strands import Strands, vertex_normals
from models.studio.subdivision import Indices

_SAMPLES: Final = 160_000
_SHARE: Final = 3
_KNOT: Final = np.array([0.0, 7.5, -11.0])
_CENTRE: Final = np.array([0.0, 5.0, 1.0])


@dataclass(frozen=True, slots=True)
class Scalp:
    """Points of the head's surface with their normals, to find the nearest one."""

    points: Points
    normals: Points
    tree: cKDTree

    @classmethod
    def of(cls, surface: Points, triangles: Indices, rng: np.random.Generator) -> "Scalp":
        """Sample the surface evenly by area."""
        corners = surface[triangles]
        area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
        chosen = rng.choice(len(triangles), _SAMPLES, p=area / area.sum())
        u, v = rng.random(_SAMPLES), rng.random(_SAMPLES)
        flip = u + v > 1
        u, v = np.where(flip, 1 - u, u), np.where(flip, 1 - v, v)
        weights = np.stack([1 - u - v, u, v], axis=1)
        points = np.einsum("nk,nkc->nc", weights, corners[chosen])
        normals = vertex_normals(surface, triangles)[triangles[chosen]]
        mean = np.einsum("nk,nkc->nc", weights, normals)
        skull = ~on_ears(points)
        points, mean = points[skull], mean[skull]
        return cls(points, mean / np.linalg.norm(mean, axis=1, keepdims=True), cKDTree(points))


@dataclass(frozen=True, slots=True)
class _Style:
    steps: int
    step: float
    clumps: int
    clump_share: float
    layer: tuple[float, float]
    wave: float


_STYLES: Final = {
    "tied": _Style(28, 0.78, 2200, 0.22, (0.03, 0.30), 0.02),
    "short": _Style(12, 0.40, 1500, 0.55, (0.06, 0.75), 0.08),
    "cropped": _Style(6, 0.13, 0, 0.0, (0.02, 0.12), 0.03),
    "long": _Style(34, 0.80, 1100, 0.60, (0.05, 0.55), 0.05),
    "bob": _Style(26, 0.66, 1000, 0.60, (0.05, 0.65), 0.05),
}


def grow_hair(recipe: Recipe, surface: Points, triangles: Indices, brow_height: float) -> Strands:
    """All strands on the plain head `surface`."""
    rng = np.random.default_rng(recipe.seed + 400)
    style = _STYLES[recipe.hair.style]
    scalp = Scalp.of(surface, triangles, rng)
    density = hair_density(scalp.points, recipe, brow_height)
    # Lone strands before the hairline look like scratches.
    rooted = density * smoothstep(0.1, 0.6, density)
    picked = rng.choice(len(scalp.points), recipe.hair.strands, p=rooted / rooted.sum())
    root, thin = scalp.points[picked], density[picked]
    # Only some strands are grown; the others run beside the nearest one, each at its own distance from it.
    grown = np.arange(len(root)) % _SHARE == 0
    layer = style.layer[0] + (style.layer[1] - style.layer[0]) * rng.random(len(root)) ** 1.3
    layer *= 0.25 + 0.75 * smoothstep(0.35, 1.0, thin)
    length = _lengths(recipe, root, thin, rng)
    guides = _grow(recipe, style, scalp, root[grown], scalp.normals[picked[grown]], layer[grown], length[grown], rng)
    points = _beside(guides, root[grown], root, style.wave, rng)
    if style.clumps:
        points = _clump(points, style, rng)
    if recipe.hair.style == "tied":
        points = _tidy(points, scalp)
    spread = fractal_noise(points.reshape(-1, 3), 0.9, recipe.seed + 401, 2)
    points += style.wave * spread.reshape(points.shape[:2])[..., None] * rng.normal(0, 1, (len(points), 1, 3))
    count = len(points)
    t = np.linspace(0, 1, points.shape[1])
    radius = np.tile(0.017 - 0.011 * t**1.5, (count, 1)) * rng.uniform(0.8, 1.15, (count, 1))
    shade = np.exp(rng.normal(0, 0.24, count))
    return Strands(points, radius, np.where(rng.random(count) < recipe.hair.grey, -shade, shade))


def _tidy(points: Points, scalp: Scalp) -> Points:
    """Tight hair lies on the skull, not in it, and without strands that stand off: one alone looks like a wire."""
    flat = points.reshape(-1, 3)
    distance, near = scalp.tree.query(flat)
    height = ((flat - scalp.points[near]) * scalp.normals[near]).sum(axis=1)
    out = flat + np.maximum(0.03 - height, 0)[:, None] * scalp.normals[near]
    out = out.reshape(points.shape)
    out[:, 0] = points[:, 0]
    off = (distance.reshape(points.shape[:2]) > 0.9) & (points[..., 2] > -6.0)
    kept: Points = out[~off.any(axis=1)]
    return kept


def _beside(guides: Points, guide_roots: Points, root: Points, spread: float, rng: np.random.Generator) -> Points:
    """Strands that start at their own roots and run along the nearest guides."""
    _, nearest = cKDTree(guide_roots).query(root)
    t = np.linspace(0, 1, guides.shape[1])[None, :, None]
    apart = (root - guide_roots[nearest])[:, None] * (1 - 0.4 * t)
    points: Points = guides[nearest] + apart + spread * t * rng.normal(0, 1, (len(root), 1, 3))
    return points


def _lengths(recipe: Recipe, root: Points, thin: Points, rng: np.random.Generator) -> Points:
    """How far along its steps each strand goes, 0..1."""
    length = rng.uniform(0.82, 1.0, len(root)) * recipe.hair.length
    if recipe.hair.style == "short":
        top = smoothstep(6.5, 10.5, root[:, 1]) * smoothstep(-6.0, 0.0, root[:, 2])
        length *= 0.26 + 0.74 * top
        length *= 0.45 + 0.55 * smoothstep(0.3, 1.0, thin)
    elif recipe.hair.style == "cropped":
        length *= 0.55 + 0.45 * smoothstep(0.3, 1.0, thin)
    return length


def _grow(
    recipe: Recipe,
    style: _Style,
    scalp: Scalp,
    root: Points,
    normal: Points,
    layer: Points,
    length: Points,
    rng: np.random.Generator,
) -> Points:
    at = root - 0.05 * normal
    track = [at]
    noise = rng.normal(0, 1, root.shape)
    way = normal.copy()
    for step in range(style.steps):
        _, near = scalp.tree.query(at)
        out = scalp.normals[near]
        flow = _flow(recipe, root, at, out, step / style.steps, noise)
        rise = 0.12 if recipe.hair.style == "tied" else 0.6
        way = 0.45 * way + 0.55 * flow if step else rise * normal + (1 - rise) * flow
        way /= np.linalg.norm(way, axis=1, keepdims=True) + 1e-9
        at = at + way * (style.step * length)[:, None]
        at = _outside(recipe, at, scalp, layer * smoothstep(-0.5, 3.0, np.full(len(at), float(step))))
        track.append(at)
    return np.stack(track, axis=1)


def _outside(recipe: Recipe, at: Points, scalp: Scalp, layer: Points) -> Points:
    """Push points out to their layer's height over the scalp, and out of the face's window."""
    _, near = scalp.tree.query(at)
    height = ((at - scalp.points[near]) * scalp.normals[near]).sum(axis=1)
    lift = np.maximum(layer - height, 0)
    if recipe.hair.style == "tied":
        # Drawn tight: what stands off comes back to the scalp, but for the bundle behind the head.
        lift = np.where((height < 1.5) & (at[:, 2] > -7.5), layer - height, lift)
    at = at + lift[:, None] * scalp.normals[near]
    if recipe.hair.style in ("long", "bob"):
        window = np.array([6.9, 10.4])
        place = (at[:, :2] - [0.0, 0.8]) / window
        radius = np.linalg.norm(place, axis=1) + 1e-9
        intrudes = (radius < 1) & (at[:, 2] > 1.0) & (at[:, 1] < 9.0)
        at[:, 0] = np.where(intrudes, at[:, 0] / radius, at[:, 0])
    if recipe.hair.style == "tied":
        # Strands end in the knot and do not cross it.
        away = at - _KNOT
        far = np.linalg.norm(away, axis=1, keepdims=True)
        at = np.where(far < 1.2, _KNOT + away / (far + 1e-9) * 1.2, at)
    return at


def _flow(recipe: Recipe, root: Points, at: Points, out: Points, t: float, noise: Points) -> Points:
    """The direction of growth: a wish, flattened to the scalp, and some lift."""
    kind = recipe.hair.style
    if kind == "tied":
        wish = _KNOT - at
        wish /= np.linalg.norm(wish, axis=1, keepdims=True) + 1e-9
        lift = 0.02
    elif kind in ("short", "cropped"):
        top = smoothstep(6.5, 10.5, root[:, 1]) * smoothstep(-6.0, 0.0, root[:, 2])
        down = np.array([0.0, -0.8, -0.6])
        swept = np.array([0.55, 0.25, -0.75])
        wish = (1 - top)[:, None] * down + top[:, None] * swept
        lift = 0.38 * (1 - 0.9 * t) if kind == "short" else 0.55
        wish = wish + (0.16 if kind == "short" else 0.3) * noise
    else:
        part = root[:, 0] - 1.2
        parted = np.where(part > 0, 1.0, -1.0)
        fall = smoothstep(0.05, 0.5, np.full(len(at), t))
        away = at - _CENTRE
        sideways = parted * np.exp(-((root[:, 0] / 6.0) ** 2)) * (1 - fall)
        inward = -0.16 * np.sign(away[:, 0]) * fall * smoothstep(6.6, 8.6, np.abs(at[:, 0]))
        wish = np.stack([sideways + inward, -0.35 - 0.9 * fall, -0.35 * (1 - fall) - 0.1], axis=1)
        wish += 0.05 * noise
        if kind == "bob":
            wish[:, 0] -= 0.35 * np.sign(at[:, 0]) * smoothstep(0.7, 1.0, np.full(len(at), t))
        lift = 0.03
    height = (wish * out).sum(axis=1)
    near = (
        np.exp(-np.maximum(np.linalg.norm(at - root, axis=1) - 6.0, 0) / 4.0)
        if kind in ("long", "bob")
        else np.ones(len(at))
    )
    wish = wish - (np.minimum(height, 0) * near)[:, None] * out
    if kind in ("tied", "short"):
        wish = wish - np.maximum(height, 0)[:, None] * out
    flat: NDArray[np.float64] = wish / (np.linalg.norm(wish, axis=1, keepdims=True) + 1e-9)
    mixed: Points = flat + lift * out
    unit: Points = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return unit


def _clump(points: Points, style: _Style, rng: np.random.Generator) -> Points:
    """Draw strands towards guides, more so towards their tips, so that locks form."""
    guides = points[rng.choice(len(points), min(style.clumps, len(points)), replace=False)]
    _, nearest = cKDTree(guides[:, 0]).query(points[:, 0])
    t = np.linspace(0, 1, points.shape[1])
    share = style.clump_share * smoothstep(0.05, 0.9, t)[None, :, None] * rng.uniform(0.6, 1.0, (len(points), 1, 1))
    mixed: Points = points + share * (guides[nearest] - points)
    return mixed
