"""One step of Catmull-Clark."""

import numpy as np

from models.studio.subdivision import Subdivision

CUBE = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
SIDES = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])


def test_a_cube_becomes_24_quads_with_the_known_corner() -> None:
    split = Subdivision.of(SIDES, 8)
    points = split.points(CUBE)
    assert split.quads.shape == (24, 4)
    assert len(points) == 8 + 12 + 6
    assert np.allclose(np.abs(points[:8]), 5 / 9)
    assert np.allclose(np.sort(np.abs(points[8]))[1:], 0.75)


def test_a_triangle_gives_three_quads_and_keeps_its_plane() -> None:
    split = Subdivision.of(np.array([[0, 1, 2, -1]]), 3)
    points = split.points(np.array([[0.0, 0.0, 2.0], [1.0, 0.0, 2.0], [0.0, 1.0, 2.0]]))
    assert split.quads.shape == (3, 4)
    assert np.allclose(points[:, 2], 2.0)


def test_it_is_linear_so_that_shapes_may_be_subdivided_by_themselves() -> None:
    split = Subdivision.of(SIDES, 8)
    offset = np.random.default_rng(0).normal(size=(8, 3))
    assert np.allclose(split.points(CUBE + 0.3 * offset), split.points(CUBE) + 0.3 * split.points(offset))


def test_vertices_without_faces_stay() -> None:
    lonely = np.concatenate([CUBE, [[9.0, 9.0, 9.0]]])
    assert np.allclose(Subdivision.of(SIDES, 9).coarse(lonely)[8], 9.0)


def test_texture_coordinates_are_halved_along_edges() -> None:
    split = Subdivision.of(np.array([[0, 1, 2, 3]]), 4)
    uv = split.uvs(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]))
    assert np.allclose(uv[0], np.array([[0, 0], [0.5, 0], [0.5, 0.5], [0, 0.5]]))
