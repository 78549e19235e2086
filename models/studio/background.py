"""The room behind a presenter: painted shapes, blurred as a lens would."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.studio.noise import value_noise
from models.studio.recipe import Backdrop

WIDTH: Final = 856
HEIGHT: Final = 480
Picture = NDArray[np.float32]


def paint_background(backdrop: Backdrop, seed: int) -> NDArray[np.uint8]:
    """A picture [HEIGHT, WIDTH, 3] in display values."""
    rng = np.random.default_rng(seed + 700)
    y, x = np.meshgrid(np.arange(HEIGHT) / HEIGHT, np.arange(WIDTH) / HEIGHT, indexing="ij")
    x = x - WIDTH / HEIGHT / 2
    picture = np.tile(np.array(backdrop.wall, dtype=np.float32), (HEIGHT, WIDTH, 1))
    shade = 1.06 - 0.10 * y - 0.10 * np.abs(x + 0.25)
    picture *= shade[..., None].astype(np.float32)
    accent = np.array(backdrop.accent, dtype=np.float32)
    if backdrop.kind == "window":
        _rectangle(picture, x, y, (-1.0, -0.60), (-0.1, 0.86), (0.86, 0.90, 0.95))
        _rectangle(picture, x, y, (-0.795, -0.775), (-0.1, 0.86), (0.66, 0.66, 0.66))
        _plant(picture, x, y, (-0.46, 0.62), accent, rng, 34, 0.13)
        _shelf(picture, x, y, (0.44, 1.0), rng, (0.50, 0.40, 0.31))
    elif backdrop.kind == "shelf":
        _shelf(picture, x, y, (-1.0, -0.30), rng, (0.42, 0.33, 0.25))
        _rectangle(picture, x, y, (0.36, 0.78), (0.16, 0.52), (0.80, 0.78, 0.74))
        _rectangle(picture, x, y, (0.39, 0.75), (0.19, 0.49), tuple(accent))
        _glow(picture, x, y, (0.62, 0.78), 0.16, (1.0, 0.86, 0.62), 0.35)
    elif backdrop.kind == "wall":
        _rectangle(picture, x, y, (-1.0, 1.0), (0.80, 1.1), tuple(0.72 * np.array(backdrop.wall)))
        _rectangle(picture, x, y, (-0.72, -0.42), (0.14, 0.50), (0.86, 0.85, 0.82))
        _rectangle(picture, x, y, (-0.69, -0.45), (0.17, 0.47), tuple(accent))
        _plant(picture, x, y, (0.62, 0.70), (0.36, 0.50, 0.34), rng, 40, 0.16)
    else:
        _rectangle(picture, x, y, (0.22, 1.0), (-0.1, 0.80), (0.20, 0.26, 0.38))
        for _ in range(46):
            spot = (float(rng.uniform(0.25, 0.95)), float(rng.uniform(0.3, 0.78)))
            tone = (1.0, 0.80, 0.52) if rng.random() < 0.7 else (0.72, 0.84, 1.0)
            _glow(picture, x, y, spot, float(rng.uniform(0.008, 0.016)), tone, 0.9)
        _rectangle(picture, x, y, (0.58, 0.60), (-0.1, 0.80), (0.24, 0.22, 0.21))
        _glow(picture, x, y, (-0.60, 0.44), 0.20, tuple(accent), 0.55)
        _rectangle(picture, x, y, (-0.70, -0.50), (0.40, 0.56), (0.95, 0.84, 0.66))
    picture = _disc_blur(picture, 13 if backdrop.kind != "evening" else 10)
    flat = np.stack([x.reshape(-1) * 40, y.reshape(-1) * 40, np.zeros(x.size)], axis=1)
    dither = value_noise(flat, 9.0, seed + 701).reshape(HEIGHT, WIDTH, 1) * 0.004
    return (np.clip(picture + dither, 0, 1) * 255 + 0.5).astype(np.uint8)


def _rectangle(
    picture: Picture, x: NDArray[np.float64], y: NDArray[np.float64], across: tuple[float, float], down: tuple[float, float],
    colour: tuple[float, ...],
) -> None:  # fmt: skip
    inside = (x >= across[0]) & (x < across[1]) & (y >= down[0]) & (y < down[1])
    picture[inside] = np.array(colour, dtype=np.float32)


def _glow(
    picture: Picture, x: NDArray[np.float64], y: NDArray[np.float64], at: tuple[float, float], size: float,
    colour: tuple[float, ...], strength: float,
) -> None:  # fmt: skip
    spot = strength * np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * size**2))[..., None].astype(np.float32)
    picture += spot * (np.array(colour, dtype=np.float32) - picture)


def _plant(
    picture: Picture, x: NDArray[np.float64], y: NDArray[np.float64], at: tuple[float, float], colour: Picture | tuple[float, ...],
    rng: np.random.Generator, leaves: int, size: float,
) -> None:  # fmt: skip
    for _ in range(leaves):
        cx, cy = at[0] + rng.normal(0, size * 0.55), at[1] + rng.normal(-0.06, size * 0.8)
        turn, long = rng.uniform(0, np.pi), rng.uniform(0.35, 0.8) * size
        u = (x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)
        v = -(x - cx) * np.sin(turn) + (y - cy) * np.cos(turn)
        leaf = (u / long) ** 2 + (v / (0.38 * long)) ** 2 < 1
        picture[leaf] = np.array(colour, dtype=np.float32) * np.float32(rng.uniform(0.55, 1.25))
    _rectangle(picture, x, y, (at[0] - size * 0.45, at[0] + size * 0.45), (at[1] + size * 0.9, 1.1), (0.72, 0.66, 0.60))


def _shelf(
    picture: Picture, x: NDArray[np.float64], y: NDArray[np.float64], across: tuple[float, float], rng: np.random.Generator,
    wood: tuple[float, float, float],
) -> None:  # fmt: skip
    _rectangle(picture, x, y, across, (-0.1, 1.1), tuple(0.72 * np.array(wood)))
    for row in np.arange(-0.04, 1.0, 0.235):
        at = across[0] + 0.02
        while at < across[1] - 0.03:
            thick, tall = rng.uniform(0.022, 0.06), rng.uniform(0.11, 0.19)
            if rng.random() < 0.78:
                tone = rng.choice([0.35, 0.5, 0.62, 0.78]) * np.array(
                    [(1.0, 0.93, 0.84), (0.72, 0.82, 0.92), (0.95, 0.78, 0.66), (0.8, 0.88, 0.78)][int(rng.integers(4))]
                )
                _rectangle(picture, x, y, (at, at + thick * 0.94), (row + 0.215 - tall, row + 0.215), tuple(tone))
            at += thick
        _rectangle(picture, x, y, across, (row + 0.215, row + 0.235), wood)


def _disc_blur(picture: Picture, radius: int) -> Picture:
    """The mean over a disc, in a space where lights spread as in a lens."""
    padded = np.pad(picture, ((radius, radius), (radius, radius), (0, 0)), mode="edge") ** 2.2
    sums = np.cumsum(np.pad(padded, ((0, 0), (1, 0), (0, 0))), axis=1, dtype=np.float64)
    total = np.zeros(picture.shape, dtype=np.float64)
    area = 0
    for dy in range(-radius, radius + 1):
        half = int(np.sqrt(radius**2 - dy**2))
        rows = sums[radius + dy : radius + dy + picture.shape[0]]
        total += (
            rows[:, radius + half + 1 : radius + half + 1 + picture.shape[1]]
            - rows[:, radius - half : radius - half + picture.shape[1]]
        )
        area += 2 * half + 1
    blurred: Picture = ((total / area) ** (1 / 2.2)).astype(np.float32)
    return blurred
