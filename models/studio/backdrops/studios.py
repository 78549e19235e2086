"""Studios: a plain ground, softly lit."""

import numpy as np

from models.studio.backdrops.lens import Layer, Photograph, inside, lamp_light, mottled, out_of_focus, pool, tone


def cyclorama(seed: int) -> Photograph:
    """A light ground without corners, a pool of light behind the head, darker towards the floor."""
    ground, film = Layer(), Photograph()
    x, y = ground.x, ground.y
    light = 0.50 + 0.62 * pool(x, y, (-0.10, 0.34), 0.85, 0.62) - 0.16 * np.clip((y - 0.62) / 0.38, 0, 1) ** 1.5
    ground.fill(tone("c9c4bd"), light + 0.012 * mottled(x, y, 2.2, seed))
    ground.shine(tone("ffe9cf"), 0.10 * pool(x, y, (-0.75, 0.15), 0.5, 0.6))
    ground.shine(tone("bcd4f0"), 0.07 * pool(x, y, (0.85, 0.45), 0.45, 0.8))
    film.put(ground, 0.0)
    return film


def slate(seed: int) -> Photograph:
    """Dark blue-grey canvas with a hand-painted depth, and a cool edge of light."""
    ground, film = Layer(), Photograph()
    x, y = ground.x, ground.y
    cloth = 1.0 + 0.13 * mottled(x, y, 2.6, seed) + 0.06 * mottled(x, y, 7.0, seed + 1)
    light = 0.26 + 0.95 * pool(x, y, (0.16, 0.36), 0.56, 0.50) + 0.16 * pool(x, y, (-0.6, 0.2), 0.5, 0.6)
    ground.fill(tone("69788a"), light * cloth)
    ground.shine(tone("7fb2d8"), 0.10 * pool(x, y, (0.9, 0.2), 0.4, 0.7))
    ground.shine(tone("e0a877"), 0.06 * pool(x, y, (-0.95, 0.75), 0.5, 0.5))
    film.put(ground, 0.006)
    return film


def sunlit(seed: int) -> Photograph:
    """Warm paper with the light of a tall window falling across it, and the shadow of leaves."""
    ground, film = Layer(), Photograph()
    x, y = ground.x, ground.y
    rng = np.random.default_rng(seed)
    slant = x + 0.42 * y
    panes = inside(slant, -0.60, -0.16, 0.05) + inside(slant, -0.08, 0.36, 0.05) + inside(slant, 0.44, 0.84, 0.06)
    rail = 1.0 - inside(y - 0.16 * x, 0.50, 0.545, 0.03)
    leaves = Layer()
    for _ in range(46):
        cx, cy = rng.normal(0.62, 0.20), rng.normal(0.22, 0.20)
        long = rng.uniform(0.05, 0.11)
        leaves.oval(
            float(cx), float(cy), float(long), float(long * 0.3), (1.0, 1.0, 1.0), turn=float(rng.normal(0.5, 0.8))
        )
    sun = panes * rail * (1.0 - 0.85 * leaves.alpha)
    spread = out_of_focus(sun[..., None], 11)[..., 0] * (0.45 + 0.55 * pool(x, y, (0.05, 0.30), 0.75, 0.75))
    ground.fill(tone("d3b699"), 0.46 + 0.10 * pool(x, y, (-0.3, 0.3), 0.9, 0.8) + 0.01 * mottled(x, y, 3.0, seed))
    ground.shine(tone("ffdcb0"), 0.36 * spread.astype(np.float32))
    ground.shade(1.0 - 0.22 * np.clip((y - 0.55) / 0.45, 0, 1) ** 1.4)
    film.put(ground, 0.004)
    return film


def dusk(seed: int) -> Photograph:
    """A wall between two coloured lights, teal and apricot."""
    ground, film = Layer(), Photograph()
    x, y = ground.x, ground.y
    ground.fill(tone("b7b4b4"), 0.20 + 0.008 * mottled(x, y, 3.0, seed))
    ground.shine(tone("3f9aa0"), 0.62 * lamp_light(x, y, (-0.98, 0.34), 0.62))
    ground.shine(tone("f0a27c"), 0.58 * lamp_light(x, y, (0.98, 0.60), 0.60))
    ground.shine(tone("e8dccf"), 0.16 * pool(x, y, (0.0, 0.34), 0.45, 0.45))
    film.put(ground, 0.0)
    return film
