"""What a simulated webcam does to pictures, and what is known of it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.footage.webcam import Webcam

WIDTH, HEIGHT = 320, 240
FRAMES, RATE = 100, 25


def grey(level: int) -> NDArray[np.uint8]:
    picture = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    picture[:HEIGHT] = level
    return picture


def webcam(seed: int) -> Webcam:
    return Webcam(WIDTH, HEIGHT, FRAMES, RATE, seed)


@pytest.fixture(scope="module")
def camera() -> Webcam:
    return webcam(5)


def test_the_same_seed_films_the_same_and_another_otherwise(camera: Webcam) -> None:
    first = camera.film(grey(120), 7).copy()
    assert (webcam(5).film(grey(120), 7) == first).all()
    assert (webcam(6).film(grey(120), 7) != first).any()
    assert (camera.film(grey(120), 8) != first).any()


@pytest.mark.parametrize("frame", [0, 40, 99])
def test_what_is_at_a_place_is_seen_where_the_truth_says(camera: Webcam, frame: int) -> None:
    spots = np.array([[60.0, 50.0], [250.0, 60.0], [160.0, 120.0], [70.0, 200.0], [260.0, 190.0]], np.float32)
    picture = grey(40)
    x, y = np.arange(WIDTH) + 0.5, np.arange(HEIGHT)[:, None] + 0.5
    light = sum(np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / 18.0) for at in spots)
    picture[:HEIGHT] += (170.0 * light).astype(np.uint8)
    seen = camera.film(picture, frame)[:HEIGHT].astype(float)
    for place in camera.places(spots, frame):
        left, top = (place - 12.0).astype(int)
        part = np.maximum(0.0, seen[top : top + 24, left : left + 24] - 60.0)
        rows, columns = np.mgrid[top : top + 24, left : left + 24] + 0.5
        middle = (part * columns).sum() / part.sum(), (part * rows).sum() / part.sum()
        np.testing.assert_allclose(middle, place, atol=0.15)


def test_the_camera_moves_a_little_and_never_shows_the_edge(camera: Webcam) -> None:
    corners = np.array([[0.0, 0.0], [WIDTH, 0.0], [0.0, HEIGHT], [WIDTH, HEIGHT]], np.float32)
    seen = np.array([camera.places(corners, frame) for frame in range(FRAMES)])
    assert (seen[:, [0, 2], 0] <= 0.0).all()
    assert (seen[:, [1, 3], 0] >= WIDTH).all()
    assert (seen[:, [0, 1], 1] <= 0.0).all()
    assert (seen[:, [2, 3], 1] >= HEIGHT).all()
    assert np.abs(np.diff(camera.motion[:, :2], axis=0)).max() < 1.5
    assert camera.motion[:, :2].std() > 0.05


def test_dark_is_noisier_than_bright_and_colours_and_light_drift(camera: Webcam) -> None:
    deviations = []
    for level in (45, 200):
        seen = camera.film(grey(level), 3)[100:140, 140:180].astype(float)
        rows = seen - seen.mean(1, keepdims=True)
        deviations.append(rows.std())
    assert 4.0 > deviations[0] > 1.3 * deviations[1] > 0.5
    light = [camera.film(grey(120), frame)[:HEIGHT].mean() for frame in range(0, FRAMES, 10)]
    assert 0.3 < np.ptp(light) < 30.0


def test_the_corners_are_darker(camera: Webcam) -> None:
    seen = camera.film(grey(150), 3)[:HEIGHT].astype(float)
    assert seen[:20, :20].mean() < seen[110:130, 150:170].mean() - 5.0
