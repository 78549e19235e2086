"""Of a turned picture only the head is kept."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy")
pytest.importorskip("PIL")

from PIL import Image  # type: ignore[import-not-found,unused-ignore]

from models.studio.bundle import write_picture
from models.studio.crop import head_box
from models.studio.keys import CAMERA_HEIGHT, CAMERA_WIDTH, camera
from models.studio.plate import COLUMNS, ROWS, Plate

CANVAS = (0, 0, CAMERA_WIDTH, CAMERA_HEIGHT)


def a_plate(last_moved_row: int) -> Plate:
    nodes = np.zeros(COLUMNS * ROWS)
    follow = (np.arange(ROWS)[:, None] <= last_moved_row) * np.ones(COLUMNS)
    still = np.zeros((COLUMNS * ROWS, 2))
    return Plate(np.zeros((COLUMNS * ROWS, 3)), still, follow.reshape(-1), nodes.astype(np.int64), nodes, still)


def a_person(file: Path, scale: float) -> Path:
    pixels = np.zeros((round(CAMERA_HEIGHT * scale), round(CAMERA_WIDTH * scale), 4), np.uint8)
    pixels[round(100 * scale) :, round(400 * scale) : round(800 * scale)] = (10, 200, 30, 255)
    Image.fromarray(pixels).save(file)
    return file


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.35])
def test_what_is_opaque_and_follows_the_head_is_kept_with_a_margin(tmp_path: Path, scale: float) -> None:
    picture = a_person(tmp_path / "turned.png", scale)
    mesh = np.array([[500.0, 300.0, 1.0], [700.0, 400.0, 1.0]])
    left, top, width, height = head_box(picture, a_plate(last_moved_row=36), mesh, camera(2.4))
    assert 370 <= left <= 390
    assert 70 <= top <= 90
    assert 810 <= left + width <= 840
    assert 480 <= top + height <= 530  # row 36 of 72 is the canvas' middle
    write_picture(tmp_path / "kept.webp", picture, CANVAS, (left, top, width, height))
    kept = Image.open(tmp_path / "kept.webp")
    assert kept.size == (round(width * scale), round(height * scale))
    assert np.asarray(kept)[-1, kept.width // 2, 3] == 255


def test_all_of_the_mesh_is_kept_and_nothing_beyond_the_canvas(tmp_path: Path) -> None:
    picture = a_person(tmp_path / "turned.png", 0.5)
    mesh = np.array([[-50.0, 300.0, 1.0], [1400.0, 955.0, 1.0]])
    assert head_box(picture, a_plate(last_moved_row=20), mesh, camera(2.4)) == (0, 80, 1280, 880)
