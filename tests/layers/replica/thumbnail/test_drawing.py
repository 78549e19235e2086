"""Thumbnails as files: they begin again without a seam, and every player takes them."""

import io
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.layers.replica.performance.performance import Performance
from engine.layers.replica.presenter.bundle import BundleError
from engine.layers.replica.presenter.replica import GREEN_SCREEN, PresenterReplica
from engine.layers.replica.thumbnail.drawing import FRAMES, FRAMES_PER_SECOND, SIDE, Thumbnail, draw_thumbnail, drawn
from engine.layers.replica.thumbnail.loop import Loop
from tests.layers.replica.presenter.figure import finished, written


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("presenters") / "figure"
    return finished(folder, *written(folder))


@pytest.fixture(scope="module")
def thumbnail(bundle: Path) -> Thumbnail:
    return draw_thumbnail(bundle, None, 3)


def shown(file: bytes) -> NDArray[np.float64]:
    with av.open(io.BytesIO(file), "r") as container:
        return np.array([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)], np.float64)


def steps(pictures: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much each picture differs from the one before; first of all the first one from the last one."""
    return np.asarray(np.abs(pictures - np.roll(pictures, 1, axis=0)).reshape(len(pictures), -1).mean(axis=1))


def test_the_first_picture_follows_the_last_one(bundle: Path) -> None:
    replica = PresenterReplica(bundle, Performance, SIDE, SIDE, FRAMES_PER_SECOND)
    for seed in (3, 4):
        pictures = np.array([picture.copy() for picture in drawn(replica, Loop.of(seed))], np.float64)
        moved = steps(pictures)
        assert moved[0] <= moved[1:].max()
        assert moved[1:].min() > 0.0


def test_the_film_is_three_seconds_without_sound_that_start_at_once(thumbnail: Thumbnail) -> None:
    with av.open(io.BytesIO(thumbnail.film), "r") as container:
        assert len(container.streams) == 1
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.frames) == ("h264", FRAMES)
        assert stream.average_rate == FRAMES_PER_SECOND
        assert (stream.width, stream.height, stream.codec_context.pix_fmt) == (SIDE, SIDE, "yuv420p")
        times = [frame.time for frame in container.decode(video=0)]
    assert times == pytest.approx(np.arange(FRAMES) / FRAMES_PER_SECOND)
    assert thumbnail.film.index(b"moov") < thumbnail.film.index(b"mdat")
    assert len(thumbnail.film) < 150_000


def test_compression_leaves_no_seam(thumbnail: Thumbnail) -> None:
    moved = steps(shown(thumbnail.film))
    assert moved[0] < 3.0 * moved[1:].max()


def test_the_still_is_the_first_picture(thumbnail: Thumbnail) -> None:
    [still] = shown(thumbnail.still)
    assert still.shape == (SIDE, SIDE, 3)
    assert np.abs(still - shown(thumbnail.film)[0]).mean() < 4.0


def test_the_same_is_drawn_every_time(bundle: Path, thumbnail: Thumbnail) -> None:
    assert draw_thumbnail(bundle, None, 3) == thumbnail


def test_it_can_stand_before_a_green_screen_or_a_picture(bundle: Path) -> None:
    [still] = shown(draw_thumbnail(bundle, GREEN_SCREEN, 3).still)
    assert still[4, 4] == pytest.approx(np.array(GREEN_SCREEN), abs=12)
    before = shown(draw_thumbnail(bundle, bundle / "rest.webp", 3).still)[0]
    assert np.abs(before - still).mean() > 4.0


def test_a_bundle_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    with pytest.raises(BundleError):
        draw_thumbnail(tmp_path, None, 1)
