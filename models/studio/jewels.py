"""Ear studs: a ball under each lobe, moved with the head."""

from typing import Final

import numpy as np

from models.studio.geometry import Points
from models.studio.subdivision import Indices

LOBES: Final = (7850, 7122)
"""Vertices of the mesh at the front of the right and the left lobe, as the viewer sees them."""
_RADIUS: Final = 0.27
_DROP: Final = np.array([0.02, -0.10, 0.16])
_RINGS: Final = 12
_SECTORS: Final = 24


def studs(vertices: Points) -> tuple[Points, Indices]:
    """Points and quads of both studs on the head `vertices`."""
    fall = np.linspace(0, np.pi, _RINGS + 1)
    turn = np.arange(_SECTORS) / _SECTORS * 2 * np.pi
    ring, sector = np.meshgrid(fall, turn, indexing="ij")
    ball = np.stack([np.sin(ring) * np.cos(sector), np.cos(ring), np.sin(ring) * np.sin(sector)], axis=2)
    ball = ball.reshape(-1, 3) * _RADIUS
    first = np.arange(_RINGS)[:, None] * _SECTORS
    here, there = first + np.arange(_SECTORS), first + (np.arange(_SECTORS) + 1) % _SECTORS
    quads = np.stack([here, there, there + _SECTORS, here + _SECTORS], axis=2).reshape(-1, 4)
    places = [vertices[lobe] + _DROP * [np.sign(vertices[lobe, 0]), 1, 1] for lobe in LOBES]
    return (
        np.concatenate([ball + place for place in places]),
        np.concatenate([quads + side * len(ball) for side in range(len(places))]),
    )
