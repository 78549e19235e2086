"""Vertices go only where nobody would miss them."""

import numpy as np
import pytest

pytest.importorskip("scipy")

from models.studio.thinning import thinned

SIDE = 13


def a_grid() -> tuple[np.ndarray, np.ndarray]:
    x, y = np.meshgrid(np.arange(SIDE, dtype=float), np.arange(SIDE, dtype=float))
    points = np.stack([x.reshape(-1), y.reshape(-1), np.zeros(SIDE * SIDE)], axis=1)
    corner = (np.arange(SIDE - 1)[:, None] * SIDE + np.arange(SIDE - 1)).reshape(-1)
    first = np.stack([corner, corner + 1, corner + SIDE + 1], axis=1)
    second = np.stack([corner, corner + SIDE + 1, corner + SIDE], axis=1)
    return points, np.concatenate([first, second])


def nothing_fixed() -> np.ndarray:
    return np.zeros(SIDE * SIDE, bool)


def areas(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (points[triangles[:, corner], :2] for corner in range(3))
    return np.asarray(((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2)


def told(points: np.ndarray, triangles: np.ndarray, values: np.ndarray) -> np.ndarray:
    """What the triangles tell about every vertex of a flat grid."""
    found = np.full(len(points), np.nan)
    for corners in triangles:
        a, b, c = points[corners, :2]
        shares = np.linalg.solve(
            np.array([[*a, 1], [*b, 1], [*c, 1]]).T, np.c_[points[:, :2], np.ones(len(points))].T
        ).T
        inside = (shares > -1e-9).all(axis=1)
        found[inside] = shares[inside] @ values[corners]
    return found


def test_a_plane_keeps_its_border_and_little_else() -> None:
    points, triangles = a_grid()
    left = thinned(triangles, points, points, nothing_fixed(), 1e-9)
    assert len(left) < len(triangles) / 2
    border = np.flatnonzero((points[:, :2] == 0).any(1) | (points[:, :2] == SIDE - 1).any(1))
    assert set(border) <= set(left.reshape(-1))
    assert areas(points, left).min() > 0
    assert areas(points, left).sum() == pytest.approx((SIDE - 1) ** 2)


@pytest.mark.parametrize("tolerance", [0.02, 0.1, 0.4])
def test_nothing_is_off_by_more_than_allowed(tolerance: float) -> None:
    points, triangles = a_grid()
    value = np.sin(points[:, 0] * 0.7) * np.cos(points[:, 1] * 0.4)
    left = thinned(triangles, points, value[:, None], nothing_fixed(), tolerance)
    assert np.abs(told(points, left, value) - value).max() <= tolerance + 1e-6


def test_the_more_is_allowed_the_fewer_are_left() -> None:
    points, triangles = a_grid()
    value = np.sin(points[:, :1] * 0.7) * np.cos(points[:, 1:2] * 0.4)
    counts = [len(thinned(triangles, points, value, nothing_fixed(), tolerance)) for tolerance in (0.0, 0.05, 0.2)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_a_vertex_that_moves_by_itself_stays() -> None:
    points, triangles = a_grid()
    middle = SIDE * SIDE // 2
    alone = np.zeros((SIDE * SIDE, 1))
    alone[middle] = 1.0
    left = thinned(triangles, points, alone, nothing_fixed(), 0.1)
    assert middle in left


def test_a_fixed_vertex_stays() -> None:
    points, triangles = a_grid()
    fixed = nothing_fixed()
    fixed[[30, 84]] = True
    left = thinned(triangles, points, points, fixed, 1.0)
    assert {30, 84} <= set(left.reshape(-1).tolist())
