"""Brows and lashes ride on the mesh."""

import numpy as np
import pytest

pytest.importorskip("scipy")

from models.studio.strands import strip_grid, vertex_normals
from tests.models.studio.presenters_made_small import CENTRE, ball

COLUMNS, ROWS = 19, 6


def test_a_strips_grid_is_found_from_its_faces_whatever_the_order_of_its_vertices() -> None:
    first = 500
    numbers = first + np.random.default_rng(2).permutation(COLUMNS * ROWS).reshape(COLUMNS, ROWS)
    faces = np.stack([numbers[:-1, :-1], numbers[1:, :-1], numbers[1:, 1:], numbers[:-1, 1:]], axis=2).reshape(-1, 4)
    elsewhere = faces + 1000
    grid = strip_grid(np.concatenate([elsewhere, np.random.default_rng(3).permutation(faces)]), first)
    turned = [numbers[:: 1 if a else -1, :: 1 if b else -1] for a in (True, False) for b in (True, False)]
    assert any(np.array_equal(grid, same) for same in turned)


def test_the_normals_of_a_ball_point_outwards() -> None:
    points, triangles = ball()
    away = (points - CENTRE) / np.linalg.norm(points - CENTRE, axis=1, keepdims=True)
    assert (vertex_normals(points, triangles) * away).sum(axis=1).min() > 0.97
