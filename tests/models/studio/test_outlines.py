"""Curves in the plane."""

import numpy as np

from models.studio.outlines import catmull_rom, distance_to_line, inside, signed_distance

SQUARE = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])


def test_the_distance_is_negative_inside_and_positive_outside() -> None:
    places = np.array([[2.0, 2.0], [1.0, 2.0], [5.0, 2.0], [5.0, 5.0]])
    assert np.allclose(signed_distance(places, SQUARE), [-2.0, -1.0, 1.0, np.sqrt(2)])


def test_inside_works_for_outlines_with_dents() -> None:
    arrow = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, 1.0], [0.0, 4.0]])
    assert inside(np.array([[2.0, 0.5], [2.0, 2.0], [0.5, 2.0]]), arrow).tolist() == [True, False, True]


def test_an_open_line_is_not_closed() -> None:
    line = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0]])
    assert distance_to_line(np.array([[0.0, 4.0]]), line)[0] == 4.0
    assert distance_to_line(np.array([[2.0, 2.0]]), line, closed=True)[0] == 0.0


def test_a_smooth_curve_goes_through_its_points() -> None:
    curve = catmull_rom(SQUARE, 8)
    assert len(curve) == 32
    assert np.allclose(curve[::8], SQUARE)
