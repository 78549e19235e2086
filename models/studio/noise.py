"""Value noise in three dimensions: the only source of texture here. A pure function of position and seed."""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.studio.geometry import Points

_PERIOD: Final = 64
_CHUNK: Final = 500_000


def value_noise(points: Points, frequency: float, seed: int) -> NDArray[np.float32]:
    """Smooth noise in -1..1 with about one bump per 1/`frequency` units; it repeats after 64 bumps."""
    table = _lattice(seed)
    result = np.empty(len(points), dtype=np.float32)
    for low in range(0, len(points), _CHUNK):
        scaled = points[low : low + _CHUNK].astype(np.float32) * np.float32(frequency) + np.float32(seed % 97 * 7.31)
        cell = np.floor(scaled)
        t = scaled - cell
        t = t * t * (3 - 2 * t)
        here = cell.astype(np.int32) & (_PERIOD - 1)
        there = (here + 1) & (_PERIOD - 1)
        total = np.zeros(len(scaled), dtype=np.float32)
        for offset in range(8):
            sides = [offset >> axis & 1 for axis in range(3)]
            x, y, z = (there[:, a] if side else here[:, a] for a, side in enumerate(sides))
            wx, wy, wz = (t[:, a] if side else 1 - t[:, a] for a, side in enumerate(sides))
            total += wx * wy * wz * table[(x * _PERIOD + y) * _PERIOD + z]
        result[low : low + _CHUNK] = total
    return result


def fractal_noise(points: Points, frequency: float, seed: int, octaves: int = 3) -> NDArray[np.float32]:
    """Several octaves of value noise, in about -1..1."""
    total = np.zeros(len(points), dtype=np.float32)
    for octave in range(octaves):
        total += value_noise(points, frequency * 2.03**octave, seed + 31 * octave) * np.float32(0.5**octave)
    return total / np.float32(2 - 0.5 ** (octaves - 1))


@lru_cache(maxsize=64)
def _lattice(seed: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).uniform(-1, 1, _PERIOD**3).astype(np.float32)
