"""At home and in the cafe round the corner."""

import numpy as np

from models.studio.backdrops.lens import Layer, Photograph, lamp_light, mottled, pool, tone
from models.studio.backdrops.things import (
    curtain,
    cushion,
    frames,
    picture,
    plant,
    points_of_light,
    pot,
    shade_lamp,
    sofa_back,
    vase,
)


def living_room(seed: int) -> Photograph:
    """A sofa before a calm wall, pictures over it, a floor lamp, daylight from the left."""
    rng = np.random.default_rng(seed)
    film = Photograph()
    wall = Layer()
    x, y = wall.x, wall.y
    wall.fill(
        tone("c2b8a8"), 0.52 + 0.40 * pool(x, y, (-0.75, 0.25), 0.95, 0.8) - 0.08 * y + 0.012 * mottled(x, y, 2.5, seed)
    )
    wall.shine(tone("ffcf98"), 0.30 * lamp_light(x, y, (0.43, 0.26), 0.20))
    picture(
        wall, -0.58, 0.12, -0.39, 0.40, frame="b79a77", paper="efe9de", inks=("b8765a", "50685e", "d8b27c"), light=0.85
    )
    picture(wall, -0.35, 0.18, -0.23, 0.36, frame="3a352f", paper="ebe5d9", inks=("667b86", "c9a07c"), light=0.8)
    film.put(wall, 0.033)
    mid = Layer()
    for left in (-0.95, -0.42, 0.12):
        sofa_back(mid, left, 0.525, 0.635, tone("6f8288", 0.80))
    for cx, code, turn in ((-0.54, "c98d62", 0.30), (-0.33, "e2d8c6", -0.16), (0.34, "b9a27e", 0.22)):
        cushion(mid, cx, 0.73, 0.115, code, turn=turn, light=0.74)
    mid.box(0.427, 0.33, 0.433, 1.0, tone("5a4a38"))
    shade_lamp(mid, 0.43, 0.17, 0.21, 0.17, tone("ffd9a4", 1.25))
    film.put(mid, 0.024)
    near = Layer()
    plant(near, rng, -0.80, 0.80, 0.52, "55804c", light=0.95)
    pot(near, -0.80, 0.80, 0.18, 0.3, "c9bfae", light=0.8)
    film.put(near, 0.018)
    film.haze(tone("ffd9a4"), 0.07 * pool(x, y, (0.43, 0.26), 0.28, 0.28))
    film.haze(tone("f4f1ea"), 0.05 * pool(x, y, (-1.0, 0.2), 0.5, 0.6))
    return film


def kitchen(seed: int) -> Photograph:
    """Tiles, an oak board with jars, a brass lamp, a window over the worktop."""
    rng = np.random.default_rng(seed)
    film = Photograph()
    wall = Layer()
    x, y = wall.x, wall.y
    wall.fill(tone("d9d7d0"), 0.60 + 0.30 * pool(x, y, (-0.70, 0.30), 0.85, 0.7) - 0.10 * y)
    lines = np.minimum(np.abs((y * 15) % 1 - 0.5), np.abs((x * 7.5 + 0.5 * np.floor(y * 15)) % 1 - 0.5) * 2) < 0.05
    wall.shade((1.0 - 0.20 * lines * (y > 0.0)).astype(np.float32))
    tiles = mottled(np.floor(x * 7.5 + 0.5 * np.floor(y * 15)), np.floor(y * 15), 0.9, seed)
    wall.shade(1.0 + 0.07 * tiles)
    film.put(wall, 0.020)
    mid = Layer()
    mid.box(-0.86, 0.05, -0.34, 0.58, tone("eaf2f6", 1.15), lambda xs, ys: 1.1 - 0.35 * ys)
    for _ in range(130):
        mid.oval(
            float(rng.uniform(-0.81, -0.39)),
            float(0.545 - min(0.24, abs(rng.normal(0.0, 0.09)))),
            float(rng.uniform(0.02, 0.05)),
            0.026,
            tone("9db184", float(rng.uniform(0.4, 1.3))),
        )
    frames(mid, (-0.86, -0.60, -0.34), (0.05, 0.58), (-0.86, 0.05, -0.34, 0.58), 0.030, tone("efece4", 0.80))
    mid.box(0.30, 0.295, 1.0, 0.322, tone("b98a5c", 0.80))
    mid.box(0.30, 0.322, 1.0, 0.36, tone("8b8a84", 0.35), 0.8)
    at = 0.33
    for code, wide, high in (
        ("c8a06a", 0.06, 0.12),
        ("e9e4da", 0.07, 0.09),
        ("8c5f43", 0.05, 0.13),
        ("dfd8c8", 0.08, 0.07),
        ("6d8a77", 0.05, 0.11),
        ("efe9df", 0.06, 0.12),
    ):
        pot(mid, at + wide / 2, 0.295 - high, wide, high, code, light=0.8)
        at += wide + 0.025
    plant(mid, rng, 0.845, 0.25, 0.16, "6b9158", light=0.85)
    mid.box(-1.0, 0.80, 1.0, 0.835, tone("c09468", 0.92), lambda xs, ys: 1.05 - 0.25 * np.clip(xs + 0.2, 0, 1))
    mid.box(-1.0, 0.835, 1.0, 1.1, tone("5d7069", 0.55), lambda xs, ys: 1.0 - 0.3 * np.clip(xs, 0, 1))
    for cx, code, wide, high in (
        (-0.40, "d9cdbb", 0.13, 0.10),
        (0.40, "b5694a", 0.11, 0.15),
        (0.54, "e4ded2", 0.12, 0.07),
    ):
        pot(mid, cx, 0.80 - high, wide, high, code, light=0.82)
    plant(mid, rng, -0.40, 0.71, 0.22, "5f8c4f", light=0.95)
    film.put(mid, 0.026)
    near = Layer()
    near.box(0.387, -0.05, 0.393, 0.06, tone("3a3228"))
    shade_lamp(near, 0.39, 0.055, 0.20, 0.10, tone("c79a55", 0.75))
    near.oval(0.39, 0.158, 0.085, 0.010, tone("ffe0ac", 3.2))
    film.put(near, 0.022)
    film.haze(tone("ffdca6"), 0.10 * pool(x, y, (0.39, 0.17), 0.22, 0.20))
    film.haze(tone("eff5f8"), 0.08 * pool(x, y, (-0.60, 0.30), 0.35, 0.4))
    return film


def cafe(seed: int) -> Photograph:
    """Brick and dark wood, bulbs on long cords, a street behind glass."""
    rng = np.random.default_rng(seed)
    film = Photograph()
    wall = Layer()
    x, y = wall.x, wall.y
    row = np.floor(y * 24)
    tint = mottled(np.floor(x * 9 + 0.5 * (row % 2)), row, 0.83, seed)
    gaps = np.maximum(np.abs((y * 24) % 1 - 0.5) > 0.44, np.abs((x * 9 + 0.5 * (row % 2)) % 1 - 0.5) > 0.47)
    wall.fill(tone("8f5f49"), (0.50 + 0.14 * tint) * (1.0 + 0.35 * gaps))
    wall.shade(0.50 + 0.75 * pool(x, y, (0.45, 0.25), 0.65, 0.55))
    film.put(wall, 0.022)
    street = Layer()
    street.box(-1.0, -0.05, -0.30, 0.74, tone("9fb4bd", 0.82), lambda xs, ys: 1.15 - 0.55 * ys)
    for _ in range(120):
        street.oval(
            float(rng.uniform(-0.98, -0.37)),
            float(rng.normal(0.30, 0.15)),
            float(rng.uniform(0.02, 0.06)),
            0.03,
            tone("879a76", float(rng.uniform(0.3, 1.2))),
        )
    points_of_light(street, rng, (-0.98, 0.35, -0.34, 0.70), 34, 11.0)
    film.put(street, 0.036)
    mid = Layer()
    frames(mid, (-0.98, -0.64, -0.30), (0.22, 0.74), (-1.0, -0.1, -0.30, 0.76), 0.030, tone("2b2420", 0.9))
    mid.box(-1.0, 0.74, -0.28, 1.1, tone("3c2d24", 0.9))
    mid.box(0.34, 0.44, 1.0, 0.462, tone("6d4c33", 0.95))
    at = 0.37
    while at < 0.95:
        high = float(rng.uniform(0.06, 0.13))
        code = str(rng.choice(["d8cdb8", "a7714a", "5c7466", "efe6d6", "8a8f90"]))
        pot(mid, at, 0.44 - high, 0.05, high, code, light=0.62)
        at += float(rng.uniform(0.06, 0.09))
    mid.box(0.28, 0.84, 1.0, 1.1, tone("5a3f2c", 0.55))
    mid.box(0.27, 0.815, 1.0, 0.845, tone("9a7048", 0.75))
    plant(mid, rng, 0.86, 0.80, 0.26, "4f7748", light=0.55)
    film.put(mid, 0.024)
    bulbs = Layer()
    for cx, cy in ((-0.50, 0.16), (-0.28, 0.07), (0.30, 0.12), (0.46, 0.22), (0.64, 0.10), (0.80, 0.19)):
        bulbs.box(cx - 0.002, -0.05, cx + 0.002, cy, tone("1c1815"))
        bulbs.oval(cx, cy, 0.015, 0.019, tone("ffb765", 4.2))
    film.put(bulbs, 0.024)
    for cx, cy in ((-0.50, 0.16), (-0.28, 0.07), (0.30, 0.12), (0.46, 0.22), (0.64, 0.10), (0.80, 0.19)):
        film.haze(tone("ffab5c"), 0.07 * pool(x, y, (cx, cy), 0.11, 0.11))
    return film


def evening(seed: int) -> Photograph:
    """A dark green wall in the light of one lamp, a curtain, a chest of drawers with what people keep there."""
    rng = np.random.default_rng(seed)
    film = Photograph()
    wall = Layer()
    x, y = wall.x, wall.y
    wall.fill(tone("5d7470"), 0.24 + 0.10 * pool(x, y, (0.5, 0.2), 0.7, 0.6) + 0.006 * mottled(x, y, 3.0, seed))
    wall.shine(tone("ffb873"), 0.34 * lamp_light(x, y, (-0.37, 0.38), 0.22) ** 1.1)
    wall.shine(tone("ffb873"), 0.10 * pool(x, y, (-0.37, 0.10), 0.26, 0.28))
    picture(
        wall, 0.31, 0.12, 0.49, 0.42, frame="b08d57", paper="cfc4ae", inks=("a5674a", "3f5a58", "c79a62"), light=0.50
    )
    curtain(wall, 0.70, 1.0, tone("8d7768", 0.42), folds=60, seed=seed)
    film.put(wall, 0.033)
    mid = Layer()
    mid.box(
        -0.84, 0.72, -0.12, 1.1, tone("6f4d35", 0.60), lambda xs, ys: 0.5 + 0.7 * np.exp(-(((xs + 0.37) / 0.26) ** 2))
    )
    mid.box(
        -0.85, 0.70, -0.11, 0.725, tone("a87750", 0.9), lambda xs, ys: 0.5 + 0.9 * np.exp(-(((xs + 0.37) / 0.22) ** 2))
    )
    pot(mid, -0.37, 0.56, 0.10, 0.14, "c7b49a", light=0.7)
    vase(mid, -0.60, 0.70, 0.16, "8a9a92", light=0.42)
    plant(mid, rng, -0.60, 0.58, 0.20, "6b7f52", light=0.5)
    for index, code in enumerate(("a06a4d", "d2c4a8", "4f6467")):
        mid.box(-0.26, 0.68 - 0.024 * index, -0.16 - 0.01 * index, 0.70 - 0.024 * index, tone(code, 0.55))
    shade_lamp(mid, -0.37, 0.33, 0.23, 0.20, tone("ffcb8c", 1.45))
    film.put(mid, 0.024)
    near = Layer()
    plant(near, rng, 0.56, 0.86, 0.40, "48684a", light=0.40)
    pot(near, 0.56, 0.86, 0.17, 0.3, "7b6d5c", light=0.45)
    film.put(near, 0.018)
    film.haze(tone("ffb873"), 0.11 * pool(x, y, (-0.37, 0.42), 0.30, 0.30))
    return film


def garden(seed: int) -> Photograph:
    """A veranda door open to green in the sun."""
    rng = np.random.default_rng(seed)
    film = Photograph()
    green = Layer()
    x, y = green.x, green.y
    green.fill(tone("aebf96"), 0.9 - 0.5 * y)
    for _ in range(420):
        cy = float(rng.uniform(-0.05, 1.0))
        light = float(rng.uniform(0.25, 1.0)) * (1.15 - 0.75 * cy)
        code = str(rng.choice(["74905c", "92aa70", "566f4c", "adbd86", "cdd3a6"]))
        long = float(rng.uniform(0.03, 0.08))
        green.oval(float(rng.uniform(-1, 1)), cy, long, long * 0.6, tone(code, light), turn=float(rng.uniform(0, 3)))
    for _ in range(60):
        green.oval(
            float(rng.uniform(-1, 1)),
            float(rng.beta(1.4, 3.0)),
            0.006,
            0.006,
            tone("fff6d0", float(rng.uniform(4, 12))),
        )
    film.put(green, 0.042)
    near = Layer()
    frames(near, (-0.41, 0.43), (), (-1.0, -0.1, 1.0, 1.1), 0.045, tone("e9e4d8", 0.62))
    near.box(-1.0, 0.90, 1.0, 1.1, tone("b99a72", 0.55))
    curtain(near, 0.66, 1.0, tone("f0ebe0", 0.80), folds=70, seed=seed)
    plant(near, rng, -0.60, 0.90, 0.34, "5f8a4c", light=0.8)
    pot(near, -0.60, 0.90, 0.15, 0.2, "b5765a", light=0.75)
    film.put(near, 0.020)
    film.haze(tone("fff4d8"), 0.07 * pool(x, y, (-0.1, 0.05), 0.9, 0.5))
    return film
