"""Who can be shown, and before what."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ModelUnavailableError
from engine.layers.replica.presenter.cast import GREEN, Cast
from engine.layers.replica.protocol import ReplicaState
from tests.layers.replica.presenter.figure import picture_written


@pytest.fixture(scope="module")
def cast(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Cast:
    presenters = tmp_path_factory.mktemp("presenters")
    for name in ("bea", "abe"):
        shutil.copytree(folder, presenters / name)
    backdrops = tmp_path_factory.mktemp("backdrops")
    picture_written(backdrops / "red.webp", np.full((60, 107, 4), (200, 20, 20, 255), np.uint8))
    return Cast(presenters, backdrops, width=256, height=256)


def corner(cast: Cast, presenter: str, backdrop: str) -> tuple[int, int]:
    """Blue and red difference of the upper left pixel."""
    session = cast.replica(presenter, backdrop).open_session(1)
    picture = session.frame(0, ReplicaState.IDLE)
    chroma = picture[256:].reshape(-1)
    return int(chroma[0]), int(chroma[128 * 128])


def test_presenters_and_backdrops_are_known_by_name(cast: Cast) -> None:
    assert cast.names == ["abe", "bea"]
    assert cast.backdrops == ["red", GREEN]


def test_a_presenter_is_loaded_once_for_each_backdrop(cast: Cast) -> None:
    assert cast.replica("bea") is cast.replica("bea", "")
    assert cast.replica("bea", "red") is cast.replica("bea", "red")
    assert cast.replica("bea", "red") is not cast.replica("bea", GREEN)


def test_the_backdrop_is_seen_behind_the_presenter(cast: Cast) -> None:
    own, red, green = (corner(cast, "abe", backdrop) for backdrop in ("", "red", GREEN))
    assert red[1] > 180
    assert max(green) < 115
    assert own not in (red, green)


def test_others_stand_in_for_names_that_are_not_here(cast: Cast) -> None:
    assert cast.replica("nobody", "nowhere") is cast.replica("abe")


def test_an_installation_without_presenters_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="no presenter in"):
        Cast(tmp_path, tmp_path)
