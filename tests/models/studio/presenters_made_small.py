"""A ball for a head, and a recipe to dress it: enough for the studio's parts that need no real mesh."""

from dataclasses import replace

import numpy as np

from models.studio.geometry import Points
from models.studio.people import PEOPLE
from models.studio.recipe import HairStyle, Recipe
from models.studio.subdivision import Indices

BROWS = 5.9
RADIUS = 8.0
CENTRE = np.array([0.0, 5.0, 2.0])


def ball(rings: int = 40, sectors: int = 60) -> tuple[Points, Indices]:
    """A sphere about where the head is."""
    polar = np.linspace(0.02, np.pi - 0.02, rings)
    turn = np.linspace(0, 2 * np.pi, sectors, endpoint=False)
    p, t = np.meshgrid(polar, turn, indexing="ij")
    points = CENTRE + RADIUS * np.stack([np.sin(p) * np.sin(t), np.cos(p), np.sin(p) * np.cos(t)], axis=2).reshape(
        -1, 3
    )
    index = np.arange(rings * sectors).reshape(rings, sectors)
    a, b = index[:-1].reshape(-1), np.roll(index, -1, axis=1)[:-1].reshape(-1)
    c, d = index[1:].reshape(-1), np.roll(index, -1, axis=1)[1:].reshape(-1)
    return points, np.concatenate([np.stack([a, c, d], axis=1), np.stack([a, d, b], axis=1)])


def with_hair(style: HairStyle, *, name: str = "nia", strands: int = 600) -> Recipe:
    """A stock recipe with another hair."""
    recipe = PEOPLE[name]
    return replace(recipe, hair=replace(recipe.hair, style=style, strands=strands))
