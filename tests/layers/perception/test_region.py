"""Squares of a picture."""

import math

import numpy as np
import pytest

from engine.layers.perception.region import Region

RAMP = np.stack(np.broadcast_arrays(np.arange(60)[None] * 4, np.arange(40)[:, None] * 5, 7), axis=-1).astype(np.uint8)
"""Red grows to the right by 4 a pixel, green downwards by 5."""


def test_the_whole_picture_in_its_own_size_is_the_picture() -> None:
    square = RAMP[:40, :40]
    assert np.array_equal(Region(20, 20, 40).sampled(square, 40), square.astype(np.float32))


def test_a_smaller_picture_is_the_mean_of_what_it_stands_for() -> None:
    square = RAMP[:40, :40]
    assert np.allclose(Region(20, 20, 40).sampled(square, 10), square.reshape(10, 4, 10, 4, 3).mean(axis=(1, 3)))


@pytest.mark.parametrize("angle", [0.0, 0.3, -1.2, math.pi / 2])
def test_a_turned_square_shows_what_its_points_say(angle: float) -> None:
    region = Region(30, 20, 12, angle)
    shown = region.sampled(RAMP, 24)
    places = np.array([[(4 + 0.5) / 24, (17 + 0.5) / 24], [0.5 + 1 / 48, 0.5 + 1 / 48]])
    for (row, column), (x, y) in zip([(17, 4), (12, 12)], region.points(places), strict=True):
        assert shown[row, column, :2] == pytest.approx([4 * (x - 0.5), 5 * (y - 0.5)], abs=0.01)


def test_turning_clockwise_brings_the_squares_right_side_down() -> None:
    right = Region(30, 20, 10, math.pi / 2).points(np.array([[1.0, 0.5]]))
    assert right == pytest.approx(np.array([[30, 25]]))


def test_what_lies_beyond_the_picture_is_black() -> None:
    white = np.full((20, 20, 3), 255, np.uint8)
    shown = Region(0, 10, 20).sampled(white, 20)
    assert (shown[:, :9] == 0).all()
    assert (shown[:, 11:] == 255).all()
    assert (Region(500, -300, 50).sampled(white, 8) == 0).all()
