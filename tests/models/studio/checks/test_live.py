"""Colours, places and likeness."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PIL", reason="the extra `studio` is not installed")
pytest.importorskip("scipy", reason="the extra `studio` is not installed")

from PIL import Image  # type: ignore[import-not-found,unused-ignore]

from models.studio.checks.likeness import rest_likeness
from models.studio.checks.live import Live, as_video, cut, psnr, rgb_of


@pytest.fixture(scope="module")
def live(bundle: Path) -> Live:
    return Live(bundle, 240)


def test_white_black_and_red_are_what_video_says() -> None:
    picture = as_video(np.array([[[255.0, 255, 255]] * 2, [[255.0, 255, 255]] * 2]))
    assert picture.tolist() == [[235, 235], [235, 235], [128, 128]]
    assert as_video(np.zeros((2, 2, 3))).tolist() == [[16, 16], [16, 16], [128, 128]]
    red = as_video(np.broadcast_to(np.array([255.0, 0, 0]), (2, 2, 3)))
    assert red.tolist() == [[81, 81], [81, 81], [90, 240]]


def test_smooth_colours_survive_video() -> None:
    x, y = np.meshgrid(np.linspace(40, 200, 64), np.linspace(40, 200, 48))
    picture = np.stack([x, y, (x + y) / 2], axis=-1)
    assert psnr(rgb_of(as_video(picture)), picture) > 42


def test_the_ratio_is_the_usual_one() -> None:
    grey = np.full((8, 8, 3), 100.0)
    assert psnr(grey, grey + 1) == pytest.approx(48.13, abs=0.01)
    assert psnr(grey, grey) == 99.0


def test_at_rest_the_figure_looks_like_its_picture(live: Live) -> None:
    likeness = rest_likeness(live)
    assert likeness.shown.shape == likeness.expected.shape == (240, 240, 3)
    assert likeness.decibels > 36
    assert likeness.mouth_decibels > 30


def test_a_true_picture_lies_where_its_box_says_over_the_background(live: Live, tmp_path: Path) -> None:
    file = tmp_path / "true.png"
    picture = np.zeros((60, 80, 4), np.uint8)
    picture[:, 40:] = 200, 40, 40, 255
    Image.fromarray(picture).save(file)
    left = round(live.framing.left)
    shown = live.expected(file, (left + 40, 60, 80, 60), (60, 70, 100, 110))
    box = (0, 0, live.framing.width, live.framing.height)
    ground = live.bundle.background
    wall = live.expected(ground.picture, (*ground.origin, *ground.size), box)
    assert psnr(cut(shown, (0, 0, 18, 40)), cut(wall, (60, 70, 78, 110))) > 40
    assert shown[:, 24:].reshape(-1, 3).mean(axis=0) == pytest.approx([200, 40, 40], abs=4)


def test_the_face_box_holds_the_face_and_stays_within_what_is_known(live: Live) -> None:
    left, top, right, bottom = live.face_box()
    assert 0 <= left < 120 < right <= 240
    assert 0 <= top < bottom <= 240
    inner = live.inside((0, 0, 240, 240), (live.framing.left + 101.0, 81.0, 40.0, 30.0))
    assert inner == (102, 82, 140, 110)
