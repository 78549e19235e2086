"""Clothes as one height field over the front view, laid on the mesh's own neck and chest."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label  # type: ignore[import-not-found,unused-ignore]

from models.studio.geometry import Points, smoothstep
from models.studio.noise import fractal_noise
from models.studio.outlines import catmull_rom, distance_to_line, inside, signed_distance
from models.studio.patterns import Layer, layers_of, neckline
from models.studio.raster import rasterise
from models.studio.recipe import Recipe
from models.studio.subdivision import Indices

_STEP: Final = 0.07
_LEFT: Final = -27.0
_TOP: Final = -6.5
_COLUMNS: Final = 773
_ROWS: Final = 272
_THICK: Final = 0.28
_RIM: Final = 0.9


@dataclass(frozen=True, slots=True)
class Garment:
    """A mesh with a colour per vertex. `outline` tells how deep inside the garment a point of the front view is (negative: in it)."""

    points: Points
    quads: Indices
    colour: Points
    outline: NDArray[np.float64]

    def covers(self, places: Points) -> Points:
        """How deep points (x, y, ...) of the front view lie under the garment, in units; negative outside."""
        column = np.clip(((places[:, 0] - _LEFT) / _STEP).round().astype(int), 0, _COLUMNS - 1)
        row = np.clip(((_TOP - places[:, 1]) / _STEP).round().astype(int), 0, _ROWS - 1)
        depth: Points = -self.outline[row, column]
        return depth


def make_garment(recipe: Recipe, surface: Points, triangles: Indices) -> Garment:
    """The garment of a recipe on the presenter's body at rest."""
    real_x, y = np.meshgrid(_LEFT + _STEP * np.arange(_COLUMNS), _TOP - _STEP * np.arange(_ROWS))
    body = _body(surface, triangles)
    middle, neck_half = _neck(body)
    x = real_x - middle
    torso, silhouette = _torso(recipe, x, y, body, neck_half)
    # The mesh ends at the chest: its share fades out before that.
    ending = 7.0 * smoothstep(-14.4, -18.4, y) + 4.0 * smoothstep(7.5, 11.0, np.abs(x))
    height = np.maximum(_dilated(body) - ending, torso)
    height = _softened(height, silhouette < 0)
    plane = np.stack([x.reshape(-1), y.reshape(-1)], axis=1)
    hole = signed_distance(plane, neckline(recipe.clothes.kind, neck_half)).reshape(x.shape)
    at = np.stack([plane[:, 0] * 1.0, plane[:, 1] * 0.6, np.full(x.size, 3.0)], axis=1)
    folds = fractal_noise(at, 0.28, recipe.seed + 600, 2).reshape(x.shape)
    diagonal = np.stack([plane[:, 0] * 0.9 - np.abs(plane[:, 1]) * 0.5, plane[:, 1] * 0.22, np.zeros(x.size)], axis=1)
    folds = folds + 0.8 * fractal_noise(diagonal, 0.6, recipe.seed + 601, 2).reshape(x.shape)
    soft = 0.16 if recipe.clothes.kind == "sweater" else 0.10
    # Folds go outwards only: inwards they would bring the skin through.
    height = height + soft * np.maximum(folds, -0.4) * smoothstep(0.5, 4.0, -silhouette) * smoothstep(0.8, 4.0, hole)
    colour = np.tile(np.array(recipe.clothes.outer), (*x.shape, 1))
    for layer in layers_of(recipe.clothes.kind, neck_half):
        height, colour = _lay(layer, recipe, plane, hole, height, colour)
    outline = np.maximum(-hole, silhouette)
    return _mesh(real_x, y, height, outline, colour)


def _body(surface: Points, triangles: Indices) -> NDArray[np.float64]:
    """How far forward the body reaches at each grid point; -infinity where there is none."""
    flat = np.stack(
        [(surface[:, 0] - _LEFT) / _STEP + 0.5, (_TOP - surface[:, 1]) / _STEP + 0.5, -surface[:, 2]], axis=1
    )
    low = triangles[
        (surface[triangles][:, :, 1] < _TOP + 0.5).all(axis=1) & (surface[triangles][:, :, 2] < 8.2).all(axis=1)
    ]
    return -rasterise(flat[low], _COLUMNS, _ROWS).depth


def _neck(body: NDArray[np.float64]) -> tuple[float, float]:
    """The neck's middle and half width: few necks stand quite straight."""
    row = np.flatnonzero(np.isfinite(body[round((_TOP + 9.3) / _STEP)]))
    return float(_LEFT + _STEP * row.mean()), float(len(row) * _STEP / 2)


def _torso(recipe: Recipe, x: Points, y: Points, body: NDArray[np.float64], neck_half: float) -> tuple[Points, Points]:
    """A rounded chest under a shoulder line, and the signed distance from its outline."""
    half = recipe.clothes.shoulders
    columns = x[0]
    reach = np.where(np.isfinite(body), y, -99.0).max(axis=0)
    slope_at = np.array([neck_half + 1.0, neck_half + 2.6, 10.6])
    slope = [float(np.interp(v, columns, np.maximum(reach, reach[::-1]))) for v in slope_at]
    drop = -0.36
    line = [(neck_half - 1.2, -7.5), (neck_half + 0.15, -9.0)]
    line += [(float(a), float(b) + 0.28) for a, b in zip(slope_at, slope, strict=True)]
    tip = slope[2] + 0.28 + drop * (half - 3.0 - 10.6)
    line += [
        (half - 3.0, tip),
        (half - 0.9, tip - 1.5),
        (half + 0.2, tip - 4.2),
        (half + 0.9, tip - 9.0),
        (half + 1.1, -40.0),
    ]
    right = np.array(line)
    left = right[::-1] * [-1, 1]
    curve = catmull_rom(np.concatenate([left, right]), 6, closed=False)
    plane = np.stack([x.reshape(-1), y.reshape(-1)], axis=1)
    silhouette = _below(plane, np.concatenate([curve, [[60, -40], [60, -60], [-60, -60], [-60, -40]]])).reshape(x.shape)
    chest_row = body[round((_TOP + 15.0) / _STEP)]
    chest = float(np.nanmax(np.where(np.isfinite(chest_row), chest_row, np.nan)))
    deep = np.maximum(-silhouette, 0.0)
    rounding = 5.2
    fall = rounding * (1 - np.sqrt(np.clip(1 - (1 - np.minimum(deep / rounding, 1)) ** 2, 0, 1)))
    forward = chest - 0.1 + 0.24 * (-14.0 - y).clip(-2, 9) - 4.0 * (np.abs(x) / half) ** 2.4
    bust = 0.0 if recipe.man else 0.8
    for side in (-1.0, 1.0):
        forward = forward + bust * np.exp(-(((x - side * 6.5) / 4.2) ** 2) - ((y + 25.0) / 5.0) ** 2)
    torso: Points = forward - fall
    return torso, silhouette


def _below(plane: Points, outline: Points) -> Points:
    """The signed distance without the shortcut for far points: silhouettes are large."""
    distance = distance_to_line(plane, outline, closed=True)
    return distance * np.where(inside(plane, outline), -1.0, 1.0)


def _dilated(body: NDArray[np.float64]) -> NDArray[np.float64]:
    """The body with a ball of the cloth's thickness rolled over it: an even gap also where the neck turns away."""
    reach = int(_THICK / _STEP) + 1
    grown = np.full_like(body, -np.inf)
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            rest = _THICK**2 - (dx**2 + dy**2) * _STEP**2
            if rest >= 0:
                grown = np.maximum(grown, np.roll(body, (dy, dx), (0, 1)) + np.sqrt(rest))
    return grown


def _softened(height: Points, inside: NDArray[np.bool_]) -> Points:
    """Cloth spans small hollows: a few rounds of smoothing that never go below the body."""
    floor = height
    smooth = np.where(np.isfinite(height), height, -6.0)
    for _ in range(70):
        mean = sum(np.roll(smooth, shift, axis) for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1))) / 4
        smooth = np.where(inside, np.maximum(mean, np.where(np.isfinite(floor), floor - 0.05, -6.0)), smooth)
    return smooth


def _lay(
    layer: Layer, recipe: Recipe, plane: Points, hole: Points, height: Points, colour: Points
) -> tuple[Points, Points]:
    shape = height.shape
    mirrored = plane * np.where(plane[:, :1] < 0, [-1, 1], [1, 1]) if layer.mirrored else plane
    away = signed_distance(mirrored, layer.outline).reshape(shape)
    if layer.band:
        away = np.maximum(away, hole - layer.band)
    up = smoothstep(layer.edge / 2, -layer.edge / 2, away)
    height = height + layer.thick * up
    if layer.ribs:
        angle = np.arctan2(plane[:, 1] + 9.5, plane[:, 0]).reshape(shape)
        height = height + 0.03 * up * np.cos(angle * layer.ribs)
    if layer.paint != "keep":
        tone = np.array(recipe.clothes.outer if layer.paint == "outer" else recipe.clothes.inner) * layer.shade
        share = smoothstep(0.7 * _STEP, -0.7 * _STEP, away)[..., None]
        colour = colour * (1 - share) + tone * share
    return height, colour


def _mesh(x: Points, y: Points, height: Points, outline: Points, colour: Points) -> Garment:
    slope_down, slope_x = np.gradient(outline, _STEP)
    slope_y = -slope_down
    length = np.sqrt(slope_x**2 + slope_y**2) + 1e-9
    # Points just outside are drawn onto the outline, so that it is a smooth line and no staircase.
    out = np.maximum(outline, 0)
    snapped_x, snapped_y = x - out * slope_x / length**2, y - out * slope_y / length**2
    within, near = outline <= 0, outline < _STEP * 1.5
    some = within[:-1, :-1] | within[1:, :-1] | within[:-1, 1:] | within[1:, 1:]
    cells = _largest(some & near[:-1, :-1] & near[1:, :-1] & near[:-1, 1:] & near[1:, 1:])
    index = np.arange(x.size).reshape(x.shape)
    quads = np.stack(
        [index[:-1, :-1][cells], index[1:, :-1][cells], index[1:, 1:][cells], index[:-1, 1:][cells]], axis=1
    )
    depth = _sampled(height, snapped_x.reshape(-1), snapped_y.reshape(-1))
    points = np.stack([snapped_x.reshape(-1), snapped_y.reshape(-1), depth], axis=1)
    used = np.unique(quads)
    fresh = np.full(x.size, -1)
    fresh[used] = np.arange(len(used))
    quads = fresh[quads]
    rim_points, rim_quads = _rim(points[used], quads)
    tones = colour.reshape(-1, 3)[used]
    ring = len(rim_points)
    return Garment(
        np.concatenate([points[used], rim_points]),
        np.concatenate([quads, rim_quads]),
        np.concatenate([tones, 0.75 * tones[_border(quads)[:, 0]]]) if ring else tones,
        outline,
    )


def _largest(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest piece: where the neckline runs out, loose scraps would float beside the neck."""
    pieces, _ = label(cells)
    count = np.bincount(pieces.reshape(-1))
    count[0] = 0
    kept: NDArray[np.bool_] = pieces == count.argmax()
    return kept


def _sampled(field: Points, x: Points, y: Points) -> Points:
    """The field between its grid points."""
    column = np.clip((x - _LEFT) / _STEP, 0, _COLUMNS - 1.001)
    row = np.clip((_TOP - y) / _STEP, 0, _ROWS - 1.001)
    c, r = column.astype(int), row.astype(int)
    u, v = column - c, row - r
    upper = field[r, c] * (1 - u) + field[r, c + 1] * u
    lower = field[r + 1, c] * (1 - u) + field[r + 1, c + 1] * u
    mixed: Points = upper * (1 - v) + lower * v
    return mixed


def _border(quads: Indices) -> Indices:
    """Directed edges which only one quad has."""
    edges = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    key = np.sort(edges, axis=1)
    _, first, count = np.unique(key, axis=0, return_index=True, return_counts=True)
    lonely: Indices = edges[first[count == 1]]
    return lonely


def _rim(points: Points, quads: Indices) -> tuple[Points, Indices]:
    """The cloth's edge goes back towards the body: seen as thickness at the neck."""
    border = _border(quads)
    back = points[border[:, 0]] - [0, 0, _RIM]
    place = np.full(len(points), -1)
    place[border[:, 0]] = len(points) + np.arange(len(border))
    closed = place[border[:, 1]] >= 0
    border = border[closed]
    return back, np.stack([border[:, 1], border[:, 0], place[border[:, 0]], place[border[:, 1]]], axis=1)
