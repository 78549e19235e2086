"""Offices: glass, shelves, a window, the city at dusk."""

import numpy as np

from models.studio.backdrops.lens import Layer, Photograph, inside, mottled, pool, tone
from models.studio.backdrops.things import (
    books,
    frames,
    glow_on,
    picture,
    plant,
    points_of_light,
    pot,
    shade_lamp,
    shelf,
    towards_right,
    vase,
)


def daylight(seed: int) -> Photograph:
    """A white room with a tall window on the left, a plant beside it and a sideboard on the right."""
    rng = np.random.default_rng(seed)
    film = Photograph()
    outside = Layer()
    x, y = outside.x, outside.y
    outside.fill(tone("dfeaf5"), 1.25 - 0.35 * y)
    for _ in range(9):
        left = float(rng.uniform(-1.0, -0.35))
        outside.box(
            left,
            float(rng.uniform(0.22, 0.5)),
            left + float(rng.uniform(0.07, 0.16)),
            1.0,
            tone("b3c2d0", float(rng.uniform(0.75, 1.15))),
        )
    for _ in range(60):
        outside.oval(
            float(rng.uniform(-1.0, -0.3)),
            float(rng.normal(0.74, 0.07)),
            float(rng.uniform(0.03, 0.07)),
            0.035,
            tone("8fae7c", float(rng.uniform(0.5, 1.2))),
        )
    film.put(outside, 0.05)
    wall = Layer()
    wall.box(
        -0.34, -0.1, 1.0, 1.1, tone("cfccc6"), lambda xs, ys: 0.62 + 0.34 * np.exp(-((xs + 0.34) / 0.55)) - 0.10 * ys
    )
    wall.box(-1.0, 0.86, 1.0, 1.1, tone("b9b2a8", 0.55))
    frames(wall, (-0.90, -0.62, -0.345), (0.30,), (-1.0, -0.1, -0.34, 0.86), 0.028, tone("e8e6e2", 0.62))
    wall.box(-1.0, 0.85, -0.33, 0.89, tone("efece6", 0.85))
    picture(
        wall, 0.31, 0.10, 0.49, 0.40, frame="6b5a48", paper="ece6da", inks=("c98f6b", "4f6b74", "d9b98a"), light=0.72
    )
    picture(wall, 0.56, 0.16, 0.69, 0.36, frame="2f3338", paper="e9e5dc", inks=("7d8d77", "b7a58c"), light=0.68)
    wall.shade(1.0 + 0.012 * mottled(wall.x, wall.y, 3.0, seed))
    film.put(wall, 0.030)
    near = Layer()
    near.box(0.30, 0.66, 1.0, 1.1, tone("a98a6a", 0.62), lambda xs, ys: 0.8 + 0.2 * np.exp(-(xs - 0.3) / 0.3))
    near.box(0.29, 0.645, 1.0, 0.665, tone("c9a883", 0.85))
    books(near, rng, 0.47, 0.66, 0.645, 0.15, light=0.75)
    vase(near, 0.37, 0.645, 0.15, "e6e1d8", light=0.85)
    plant(near, rng, 0.37, 0.52, 0.17, "7d9a6a", light=0.8)
    plant(near, rng, -0.40, 0.80, 0.44, "4f8048", light=1.0)
    pot(near, -0.40, 0.80, 0.17, 0.3, "d8d2c8", light=0.8)
    film.put(near, 0.022)
    film.haze(tone("eef4fb"), 0.10 * pool(x, y, (-0.70, 0.35), 0.42, 0.6))
    return film


def library(seed: int) -> Photograph:
    """Walnut shelves from wall to wall, with warm strips of light under the boards."""
    rng = np.random.default_rng(seed)
    film = Photograph()
    wall = Layer()
    wall.fill(tone("6e5a48"), 0.35)
    rows = (0.05, 0.285, 0.52, 0.755, 0.99)
    for across in ((-0.98, -0.50), (-0.475, 0.0), (0.025, 0.475), (0.50, 0.98)):
        shelf(wall, rng, across, rows, 0.205, "94704e", light=1.0, full=0.76)
    strips = sum(np.exp(-np.clip(wall.y - row + 0.20, 0, 1) / 0.075) * (wall.y > row - 0.205) for row in rows)
    wall.shade((0.50 + 1.05 * np.asarray(strips, np.float32)).astype(np.float32))
    wall.colour *= np.array([1.10, 0.98, 0.84], np.float32)
    wall.shade(0.62 + 0.5 * pool(wall.x, wall.y, (-0.35, 0.35), 0.7, 0.7))
    film.put(wall, 0.027)
    near = Layer()
    plant(near, rng, 0.66, 0.82, 0.36, "47704a", light=0.75)
    pot(near, 0.66, 0.82, 0.15, 0.3, "b9aea0", light=0.6)
    film.put(near, 0.017)
    return film


def glass(seed: int) -> Photograph:
    """Glass walls with dark bars, a lit corridor behind them, round lamps in a row."""
    rng = np.random.default_rng(seed)
    film = Photograph()
    far = Layer()
    x, y = far.x, far.y
    far.fill(tone("b9c0c4"), 0.50 + 0.35 * pool(x, y, (-0.25, 0.42), 0.9, 0.5) - 0.1 * y)
    far.box(-1.0, 0.0, 1.0, 0.10, tone("e4e6e6", 0.78))
    far.box(-1.0, 0.64, 1.0, 1.1, tone("7f8184", 0.62), lambda xs, ys: 1.15 - 0.6 * (ys - 0.64))
    for left, code, high in (
        (-0.80, "5f7d8c", 0.36),
        (-0.52, "d7d3cb", 0.22),
        (0.36, "b08a6c", 0.28),
        (0.62, "50636e", 0.40),
        (0.80, "e2ddd3", 0.30),
    ):
        far.box(left, 0.66 - high, left + 0.15, 0.70, tone(code, 0.62), towards_right(left, 1.6))
    for left in (-0.70, 0.44):
        far.box(left, 0.56, left + 0.34, 0.60, tone("d9c8ae", 0.8))
        plant(far, rng, left + 0.26, 0.55, 0.12, "5f8a5a", light=0.9)
    for left in (-0.86, -0.42, 0.06, 0.50):
        far.oval(left, 0.085, 0.075, 0.011, tone("fff4e0", 3.4))
    film.put(far, 0.036)
    mid = Layer()
    for at in (-0.66, -0.30, 0.42, 0.78):
        mid.oval(at, 0.20, 0.030, 0.030, tone("ffe3b5", 1.9))
        mid.box(at - 0.003, -0.05, at + 0.003, 0.18, tone("24282c"))
    frames(mid, (-0.50, 0.27, 0.66), (0.52,), (-1.0, -0.1, 1.0, 1.1), 0.022, tone("2d3237"))
    film.put(mid, 0.019)
    film.haze(
        tone("f3f7fa"),
        0.035 + 0.05 * inside(x - 0.3 * y, -0.75, -0.45, 0.12) + 0.04 * inside(x - 0.3 * y, 0.30, 0.48, 0.12),
    )
    return film


def skyline(seed: int) -> Photograph:
    """High up at dusk: the lights of a city behind glass, a desk lamp and a plant within."""
    rng = np.random.default_rng(seed)
    film = Photograph()
    city = Layer()
    x, y = city.x, city.y
    sky = np.clip(y / 0.62, 0, 1)[..., None]
    low, high = np.array(tone("d98f6d", 0.62), np.float32), np.array(tone("2d4468", 0.72), np.float32)
    city.colour[:] = high + (low - high) * sky**2.6
    city.alpha[:] = 1.0
    for depth, code in enumerate(("55607c", "3c4764", "28314b")):
        at = -1.0
        while at < 1.0:
            wide = float(rng.uniform(0.06, 0.15))
            top = float(rng.uniform(0.30, 0.50)) + 0.09 * depth
            city.box(at, top, at + wide, 1.1, tone(code, float(rng.uniform(0.6, 0.9))))
            at += wide * float(rng.uniform(0.8, 1.25))
    points_of_light(city, rng, (-0.95, 0.44, 0.95, 0.96), 150, 11.0)
    points_of_light(city, rng, (-0.95, 0.78, 0.95, 1.0), 60, 15.0)
    film.put(city, 0.030)
    near = Layer()
    frames(near, (-0.60, 0.52), (), (-1.0, -0.1, 1.0, 1.1), 0.030, tone("191c22"))
    near.box(-1.0, 0.93, 1.0, 1.1, tone("1d1f24"))
    plant(near, rng, 0.40, 0.86, 0.30, "3f6a4c", light=0.42)
    pot(near, 0.40, 0.86, 0.13, 0.2, "4a4742", light=0.6)
    near.box(-0.409, 0.56, -0.391, 0.95, tone("8a6a48", 0.8))
    glow_on(near, (-0.40, 0.50), 0.20, tone("ffb870"), 3.0)
    shade_lamp(near, -0.40, 0.43, 0.17, 0.13, tone("ffcf94", 1.35))
    film.put(near, 0.018)
    film.haze(tone("ffb870"), 0.16 * pool(x, y, (-0.40, 0.50), 0.26, 0.26))
    return film
