"""The skin as maps in texture space: colour, roughness and relief, each a function of the place on the face."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.studio.beard import beard_density
from models.studio.geometry import Points, smoothstep
from models.studio.hairline import hair_density
from models.studio.head import SOCKET, Person
from models.studio.noise import fractal_noise, value_noise
from models.studio.outlines import catmull_rom, distance_to_line, signed_distance
from models.studio.raster import rasterise
from models.studio.recipe import Recipe
from models.studio.subdivision import Subdivision

_SOCKET_COLOUR = np.array([0.17, 0.035, 0.03])
_LID_RIM = np.array([0.52, 0.22, 0.18])


@dataclass(frozen=True, slots=True)
class SkinMaps:
    """Pictures [size, 2 size]: the face's tile and the back of the head's. Row 0 is the texture's v = 0."""

    colour: NDArray[np.float32]
    roughness: NDArray[np.float32]
    relief: NDArray[np.float32]


@dataclass(slots=True)
class _Layers:
    """The texels being painted: where they are on the head, and their colour so far."""

    at: Points
    colour: Points

    def tint(self, factor: tuple[float, float, float], mask: Points) -> None:
        """Multiply the colour by `factor` where the mask is 1."""
        self.colour *= 1 + mask[:, None] * (np.array(factor) - 1)

    def paint(self, colour: Points, mask: Points) -> None:
        """Put `colour` where the mask is 1."""
        self.colour += mask[:, None] * (colour - self.colour)

    def near(self, centre: Points, *sigma: float) -> Points:
        """A soft spot about a centre; one width, or one per axis."""
        away = (self.at - centre) / np.array(sigma)
        spot: Points = np.exp(-0.5 * (away**2).sum(axis=1))
        return spot

    def both_sides(self, spot: Callable[[Points], Points], centre: Points) -> Points:
        """A spot and its mirror image."""
        return np.maximum(spot(centre), spot(centre * [-1, 1, 1]))


def paint_skin(person: Person, recipe: Recipe, size: int) -> SkinMaps:
    """Lay the head out in its two tiles of `size` pixels and paint it."""
    mesh = person.mesh
    chosen = mesh.faces_of("M_Face", "M_BackHead")
    faces, labels = mesh.faces[chosen], mesh.face_uvs[chosen]
    split = Subdivision.of(faces, len(person.plain))
    corner_uv = mesh.uv[labels[labels >= 0]]
    quads_uv = split.uvs(corner_uv) * size
    points = split.points(person.plain)
    inner = np.zeros((len(person.plain), 1))
    inner[SOCKET] = 1.0
    inner = split.points(np.repeat(inner, 3, axis=1))[:, 0]
    flat = np.concatenate([quads_uv, np.zeros((*quads_uv.shape[:2], 1))], axis=2)
    raster = rasterise(np.concatenate([flat[:, [0, 1, 2]], flat[:, [0, 2, 3]]]), 2 * size, size)
    triangles = np.concatenate([split.quads[:, [0, 1, 2]], split.quads[:, [0, 2, 3]]])
    texels = raster.interpolate(triangles, np.concatenate([points, inner[:, None]], axis=1))
    colour, roughness, relief = _paint(texels[:, :3], texels[:, 3], person, recipe)
    maps = np.zeros((size, 2 * size, 5), dtype=np.float32)
    maps[raster.covered] = np.concatenate([colour, roughness[:, None], relief[:, None]], axis=1)
    _bleed(maps, raster.covered)
    return SkinMaps(maps[..., :3], maps[..., 3], maps[..., 4])


def _paint(at: Points, inner: Points, person: Person, recipe: Recipe) -> tuple[Points, Points, Points]:
    skin, seed = recipe.skin, recipe.seed
    mark = person.landmark
    layers = _Layers(at, np.tile(np.array(skin.tone), (len(at), 1)))
    low, fine = fractal_noise(at, 0.55, seed, 3), fractal_noise(at, 3.1, seed + 7, 3)
    mottle = 1 + 0.13 * low[:, None] * [0.5, 1.0, 1.0] + 0.10 * fine[:, None] * [0.45, 0.9, 1.0]
    layers.colour *= mottle
    blood = 0.75 + 0.35 * fractal_noise(at, 1.4, seed + 3, 2)
    red = (1.05, 0.80, 0.78)
    cheek = mark(2, 31) * [0.86, 1, 1] + np.array([0, 0.5, 1.2])
    layers.tint(red, skin.cheeks * blood * layers.both_sides(lambda c: layers.near(c, 1.6, 1.25, 2.2), cheek))
    layers.tint(red, 0.7 * skin.cheeks * blood * layers.near(mark(30), 0.9))
    layers.tint(red, 0.4 * skin.cheeks * blood * layers.near(mark(8) + np.array([0, 1.0, 0.3]), 1.2))
    layers.tint((1.04, 0.74, 0.72), 0.8 * skin.cheeks * smoothstep(7.4, 8.4, np.abs(at[:, 0])))
    layers.tint(
        (0.72, 0.52, 0.48),
        layers.both_sides(lambda c: layers.near(c, 0.42, 0.3, 0.6), mark(31) + np.array([0, 0.05, 0])),
    )
    layers.tint((1.0, 0.985, 0.90), smoothstep(6.3, 8.0, at[:, 1]) * 0.8)
    layers.tint((0.93, 0.88, 0.86), smoothstep(-7.5, -11.0, at[:, 1]))
    _eyes(layers, person, recipe)
    if skin.freckles:
        spots = smoothstep(0.52, 0.75, value_noise(at, 3.6, seed + 40)) * smoothstep(
            -0.1, 0.5, fractal_noise(at, 0.9, seed + 41)
        )
        where = layers.near(mark(29), 3.6, 1.6, 4.0)
        layers.tint((0.72, 0.56, 0.46), skin.freckles * spots * where)
    if skin.age:
        spots = smoothstep(0.6, 0.8, value_noise(at, 1.9, seed + 44)) * smoothstep(
            0, 0.6, fractal_noise(at, 0.8, seed + 45)
        )
        layers.tint((0.80, 0.68, 0.60), 0.6 * skin.age * spots)
        layers.tint((1.02, 0.90, 0.90), 0.5 * skin.age * smoothstep(0.1, 0.7, fractal_noise(at, 1.1, seed + 46)))
    if skin.age:
        layers.tint((0.72, 0.58, 0.54), 0.6 * skin.age * _folds(layers, person))
    lips = _lips(layers, person, recipe)
    if skin.beard:
        _beard(layers, person, recipe, lips)
    hair = hair_density(at, recipe, float(mark(19, 24)[1]), softness=0.8 if recipe.hair.style == "tied" else 0.6)
    shade = layers.colour.mean(axis=1, keepdims=True)
    # Hair drawn tight lets the scalp through: there it must be nearly as dark as the hair.
    cover, through = (0.9, 0.05) if recipe.hair.style == "tied" else (0.7, 0.13)
    layers.paint(np.array(recipe.hair.colour) * 1.1 + through * (layers.colour + shade), cover * hair)
    layers.paint(np.tile(_SOCKET_COLOUR, (len(at), 1)), smoothstep(0.15, 0.75, inner))
    roughness, relief = _surface(layers, person, recipe, lips, inner)
    return np.clip(layers.colour, 0.004, 0.95), roughness, relief


def _eyes(layers: _Layers, person: Person, recipe: Recipe) -> None:
    at = layers.at
    for corners in (range(36, 42), range(42, 48)):
        outline = catmull_rom(person.plain[person.mesh.landmarks[list(corners)]][:, :2])
        ahead = at[:, 2] > 4.0
        away = np.full(len(at), 9.0)
        away[ahead] = signed_distance(at[ahead, :2], outline)
        centre = outline.mean(axis=0)
        above = smoothstep(-0.3, 0.5, at[:, 1] - centre[1])
        layers.tint((0.80, 0.64, 0.60), 0.62 * above * np.exp(-((np.maximum(away - 0.25, 0) / 0.75) ** 2)))
        layers.tint((0.82, 0.70, 0.70), 0.45 * (1 - above) * np.exp(-(((away - 0.55) / 0.6) ** 2)))
        layers.tint(
            (0.88, 0.78, 0.76), (0.25 + 0.5 * recipe.skin.age) * (1 - above) * np.exp(-(((away - 1.2) / 0.5) ** 2))
        )
        if recipe.skin.liner:
            layers.paint(
                np.full((len(at), 3), 0.012),
                recipe.skin.liner * above * np.exp(-(((away - 0.1) / 0.14) ** 2)) * (away > -0.4),
            )
        rim = np.clip(_LID_RIM * (0.35 + np.array(recipe.skin.tone) * 1.1), 0, 1)
        layers.paint(np.tile(rim, (len(at), 1)), 0.75 * smoothstep(0.06, -0.06, away) * ahead)


def _lips(layers: _Layers, person: Person, recipe: Recipe) -> Points:
    at, seed = layers.at, recipe.seed
    outline = catmull_rom(person.plain[person.mesh.landmarks[48:60]][:, :2])
    ahead = at[:, 2] > 7.0
    away = np.full(len(at), 9.0)
    away[ahead] = signed_distance(at[ahead, :2], outline)
    mask = smoothstep(0.16, -0.17, away + 0.05 * fractal_noise(at, 4.0, seed + 60, 2))
    stretched = at * [1.0, 0.16, 0.3]
    lines = fractal_noise(stretched, 5.5, seed + 61, 2)
    colour = np.array(recipe.skin.lips) * (
        1 + 0.14 * lines[:, None] + 0.12 * layers.near(person.landmark(57), 0.8)[:, None]
    )
    layers.tint((0.95, 0.82, 0.80), 0.5 * smoothstep(0.55, 0.0, away))
    layers.paint(colour, 0.9 * mask)
    layers.tint((0.62, 0.50, 0.48), 0.8 * _corners(layers, person))
    return mask


def _corners(layers: _Layers, person: Person) -> Points:
    return np.maximum(layers.near(person.landmark(48), 0.2), layers.near(person.landmark(54), 0.2))


def _beard(layers: _Layers, person: Person, recipe: Recipe, lips: Points) -> None:
    at, seed = layers.at, recipe.seed
    where = beard_density(at, person, seed)
    stipple = 0.55 + 0.45 * value_noise(at, 15.0, seed + 72) + 0.25 * fractal_noise(at, 2.0, seed + 73)
    mask = 1.1 * recipe.skin.beard * where * (1 - lips) * np.clip(stipple, 0, 1)
    shade = np.array(recipe.hair.colour) * 0.8 + 0.32 * np.array(recipe.skin.tone) * [0.85, 1.0, 1.12]
    layers.paint(np.tile(shade, (len(at), 1)), np.clip(mask, 0, 1))


def _surface(layers: _Layers, person: Person, recipe: Recipe, lips: Points, inner: Points) -> tuple[Points, Points]:
    at, seed = layers.at, recipe.seed
    mark = person.landmark
    oily = np.maximum(
        layers.near(mark(30), 0.9, 1.2, 1.2), 0.8 * layers.near(mark(21, 22) + np.array([0, 2.4, 0]), 2.6, 1.2, 2)
    )
    roughness = 0.54 + 0.035 * fractal_noise(at, 1.1, seed + 80, 2) - 0.09 * oily
    roughness = roughness * (1 - lips) + (0.52 if recipe.man else 0.42) * lips
    # Wet corners would sparkle like teeth.
    roughness = roughness + 0.3 * _corners(layers, person)
    roughness = roughness * (1 - inner) + 0.3 * inner
    pores = smoothstep(0.25, 0.75, value_noise(at, 9.5, seed + 81)) + 0.7 * smoothstep(
        0.3, 0.8, value_noise(at, 15.0, seed + 82)
    )
    strength = 0.55 + 0.6 * layers.both_sides(
        lambda c: layers.near(c, 1.6, 1.5, 2.0), mark(31) + np.array([-0.8, 0.8, 0])
    )
    grain = 0.35 * fractal_noise(at, 5.5, seed + 83, 2)
    lines = fractal_noise(at * [1.0, 0.14, 0.3], 5.0, seed + 84, 2)
    skin_relief = 0.5 - 0.30 * strength * pores + 0.22 * grain
    if recipe.skin.age:
        skin_relief = skin_relief - recipe.skin.age * _wrinkles(layers, person, seed)
    relief = skin_relief * (1 - lips) + (0.5 + 0.24 * lines) * lips
    return roughness, relief * (1 - inner) + 0.5 * inner


def _wrinkles(layers: _Layers, person: Person, seed: int) -> Points:
    """Furrows on the forehead and crow's feet: level lines of stretched noise, faded out at their ends."""
    at = layers.at
    mark = person.landmark
    wave = at[:, 1] * 1.15 + 0.35 * fractal_noise(at * [0.35, 0.5, 0.35], 1.0, seed + 90, 2)
    furrow = smoothstep(0.80, 1.0, np.cos(wave * 2 * np.pi)) * smoothstep(-0.3, 0.4, fractal_noise(at, 0.5, seed + 91))
    lines: Points = furrow * layers.near(mark(21, 22) + np.array([0, 2.3, -0.6]), 3.4, 1.0, 3.0)
    for corner, side in ((36, -1.0), (45, 1.0)):
        centre = mark(corner) + np.array([side * 0.6, -0.1, 0])
        away = at - centre
        angle = np.arctan2(away[:, 1], away[:, 0] * side)
        feet = smoothstep(0.75, 1.0, np.cos(angle * 9 + 1.2 * fractal_noise(at, 1.0, seed + 92)))
        lines = lines + 0.8 * feet * layers.near(centre + np.array([side * 0.5, 0, -0.3]), 0.55, 0.7, 0.9)
    return lines + 1.4 * _folds(layers, person)


def _folds(layers: _Layers, person: Person) -> Points:
    """The folds from the wings of the nose past the corners of the mouth."""
    at = layers.at
    mark = person.landmark
    ahead = at[:, 2] > 4.0
    fold: Points = np.zeros(len(at))
    for wing, corner, side in ((31, 48, -1.0), (35, 54, 1.0)):
        start, end, out = mark(wing)[:2], mark(corner)[:2], np.array([side, 1.0])
        half = (start + end) / 2
        path = np.array(
            [start + out * (0.62, 0.45), half + out * (0.73, 0.34), end + out * (0.62, 0.2), end + out * (0.5, -0.8)]
        )
        away = distance_to_line(at[ahead, :2], catmull_rom(path, 6, closed=False))
        fold[ahead] = np.maximum(fold[ahead], np.exp(-((away / 0.15) ** 2)))
    middle = (mark(31, 35) + mark(48, 54)) / 2
    faded: Points = fold * smoothstep(3.0, 1.2, np.abs(at[:, 1] - middle[1] + 0.2))
    return faded


def _bleed(maps: NDArray[np.float32], covered: NDArray[np.bool_], steps: int = 6) -> None:
    """Let the borders of the texture islands run over, so that no seam shows what lies outside."""
    known = covered.copy()
    for _ in range(steps):
        for axis, by in ((0, 1), (0, -1), (1, 1), (1, -1)):
            moved_known = np.roll(known, by, axis)
            fresh = moved_known & ~known
            maps[fresh] = np.roll(maps, by, axis)[fresh]
            known |= fresh
