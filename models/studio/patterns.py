"""Cutting patterns: the outlines of collars, lapels and bands in the front view (right half; the left is its mirror image)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.studio.geometry import Points
from models.studio.outlines import catmull_rom
from models.studio.recipe import ClothesKind


@dataclass(frozen=True, slots=True)
class Layer:
    """One piece of cloth on top of the others."""

    outline: Points
    thick: float
    paint: Literal["outer", "inner", "keep"]
    edge: float = 0.14
    shade: float = 1.0
    mirrored: bool = True
    band: float = 0.0
    """When above 0, only this wide a band along the neckline."""
    ribs: int = 0


_ALL = np.array([[-60.0, 20.0], [60.0, 20.0], [60.0, -60.0], [-60.0, -60.0]])


def neckline(kind: ClothesKind, neck: float) -> Points:
    """The opening at the neck, for a neck of this half width."""
    side, low = {"blazer": (neck + 0.05, -14.0), "sweater": (neck + 0.10, -12.4), "shirt": (neck + 0.0, -12.0)}[kind]
    high = -9.2
    half = [
        (side + 0.3, -3.0), (side + 0.12, -7.6), (side, high), (side * 0.93, high - 0.42 * (high - low)),
        (side * 0.62, high - 0.83 * (high - low)), (side * 0.25, low + 0.05),
    ]  # fmt: skip
    right = np.array(half)
    ring = np.concatenate([right, [[0.0, low]], right[::-1] * [-1, 1], [[0.0, -2.0]]])
    return catmull_rom(ring, 8)


def layers_of(kind: ClothesKind, neck: float) -> tuple[Layer, ...]:
    """The pieces of a garment, the lowest first."""
    n = neck - 5.3
    if kind == "sweater":
        return (
            Layer(_ALL, 0.16, "keep", mirrored=False, band=0.95, ribs=150, edge=0.16),
            Layer(_ALL, 0.05, "keep", mirrored=False, band=0.12, edge=0.1),
        )
    if kind == "shirt":
        flap = np.array(
            [
                (-0.05, -12.3),
                (2.6, -15.4),
                (4.4 + n, -13.4),
                (6.1 + n, -10.4),
                (5.3 + n, -8.9),
                (4.7 + n, -9.6),
                (2.6, -11.6),
            ]
        )
        placket = np.array([(-0.75, -11.0), (0.75, -11.0), (0.75, -40.0), (-0.75, -40.0)])
        buttons = tuple(
            Layer(_disc(0.0, y, 0.30), 0.09, "inner", edge=0.1, shade=0.9, mirrored=False)
            for y in (-15.0, -18.4, -21.8)
        )
        return (
            Layer(placket, 0.07, "keep", mirrored=False, edge=0.1),
            *buttons,
            Layer(flap, 0.34, "keep", edge=0.16),
            Layer(_shrunk(flap, 0.2), 0.03, "keep", edge=0.06),
        )
    jacket = np.array(
        [(5.15 + n, -7.0), (5.25 + n, -9.4), (4.75 + n, -12.0), (1.2, -23.5), (1.2, -60.0), (60.0, -60.0), (60.0, 20.0)]
    )
    lapel = np.array(
        [(4.55 + n, -12.0), (7.3 + n, -13.3), (8.7 + n, -13.7), (7.9 + n, -16.2), (1.2, -23.6), (1.1, -23.4)]
    )
    collar = np.array(
        [
            (5.2 + n, -7.2),
            (6.0 + n, -9.2),
            (7.4 + n, -11.0),
            (8.6 + n, -12.4),
            (7.5 + n, -13.2),
            (4.55 + n, -11.9),
            (5.2 + n, -9.4),
        ]
    )
    pocket = np.array([(8.6, -21.6), (12.6, -20.9), (12.6, -21.7), (8.6, -22.4)])
    return (
        Layer(_ALL, 0.0, "inner", mirrored=False),
        Layer(_ALL, 0.07, "keep", mirrored=False, band=0.62, edge=0.1),
        Layer(jacket, 0.34, "outer", edge=0.16),
        Layer(pocket, 0.10, "keep", edge=0.12),
        Layer(lapel, 0.22, "keep", edge=0.14),
        Layer(collar, 0.26, "keep", edge=0.14),
    )


def _disc(x: float, y: float, radius: float) -> Points:
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], axis=1)


def _shrunk(outline: Points, by: float) -> Points:
    """A seam: the outline drawn inwards."""
    middle = outline.mean(axis=0)
    away = outline - middle
    far = np.linalg.norm(away, axis=1, keepdims=True)
    smaller: Points = middle + away * (1 - by / far)
    return smaller
