"""Noise and the eye's texture: what every map is made of."""

import numpy as np

from models.studio.eyes import IRIS, REACH, eye_texture, eyeball
from models.studio.noise import fractal_noise, value_noise

PLACES = np.random.default_rng(5).uniform(-12, 12, (4000, 3))


def test_noise_depends_on_place_and_seed_alone() -> None:
    assert np.array_equal(value_noise(PLACES, 2.0, 7), value_noise(PLACES, 2.0, 7))
    assert np.abs(value_noise(PLACES, 2.0, 7) - value_noise(PLACES, 2.0, 8)).mean() > 0.1


def test_noise_stays_between_minus_one_and_one_about_zero() -> None:
    noise = fractal_noise(PLACES, 1.3, 3)
    assert np.abs(noise).max() <= 1.0
    assert abs(float(noise.mean())) < 0.05
    assert noise.std() > 0.15


def test_noise_has_no_jumps() -> None:
    step = np.array([1e-3, 0.0, 0.0])
    assert np.abs(value_noise(PLACES + step, 1.0, 2) - value_noise(PLACES, 1.0, 2)).max() < 0.01


def test_the_eye_is_dark_in_the_middle_coloured_round_it_and_white_beyond() -> None:
    picture = eye_texture((0.10, 0.16, 0.30), seed=1, size=256)
    radius = int(IRIS / REACH * 128)
    assert picture[128, 128].max() < 0.02
    ring = picture[128, 128 + int(radius * 0.65)]
    assert ring[2] > ring[0]
    assert picture[128, 128 + int(radius * 1.3)].min() > 0.5
    assert picture[128, 128 + int(radius * 0.98)].max() < ring.max()


def test_the_eyeball_looks_along_z_with_a_sunken_iris() -> None:
    ball = eyeball()
    length = np.linalg.norm(ball.points, axis=1)
    white = np.degrees(np.arccos(np.clip(ball.points[:, 2] / length, -1, 1))) > IRIS + 1
    assert np.allclose(length[white], 1.0)
    assert ball.points[0, 2] < np.cos(np.radians(IRIS))
    across = np.cross(
        ball.points[ball.triangles[:, 1]] - ball.points[ball.triangles[:, 0]],
        ball.points[ball.triangles[:, 2]] - ball.points[ball.triangles[:, 0]],
    )
    outward = (across * ball.points[ball.triangles].mean(axis=1)).sum(axis=1)
    assert (outward > 0).mean() > 0.95
