"""Backdrops: painted by rule, the same every time, small, and where stock replicas look for them."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from engine.store.stock import load_stock

pytest.importorskip("PIL", reason="the extra `studio` is not installed")

from PIL import Image  # type: ignore[import-not-found,unused-ignore]

from models.studio.backdrops.catalogue import ARRANGED, BACKDROPS, painted, write_backdrops
from models.studio.backdrops.lens import HEIGHT, WIDTH, Layer, Photograph, out_of_focus, tone

SHIPPED = Path(str(files("models"))) / "backdrops"


def test_every_backdrop_is_shipped_and_every_one_of_a_stock_replica_is_painted() -> None:
    assert {file.stem for file in SHIPPED.glob("*.webp")} == set(BACKDROPS)
    wanted = {str(replica.fields["backdrop"]) for replica in load_stock().replicas}
    assert wanted - {"green"} <= set(BACKDROPS)


@pytest.mark.parametrize("name", ["cyclorama", "skyline", "kitchen"])
def test_a_backdrop_is_the_same_every_time(name: str) -> None:
    assert np.array_equal(painted(name), painted(name))


@pytest.mark.parametrize("name", ["slate", "daylight"])
def test_the_picture_that_is_shipped_is_the_one_that_is_painted(name: str) -> None:
    shipped = np.asarray(Image.open(SHIPPED / f"{name}.webp").convert("RGB"), np.float64)
    assert np.abs(shipped - painted(name)).mean() < 3.0


def test_they_are_small_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.studio.backdrops.catalogue.BACKDROPS", {"glass": BACKDROPS["glass"]})
    [file] = write_backdrops(tmp_path / "new")
    assert file == tmp_path / "new" / "glass.webp"
    assert all(shipped.stat().st_size < 30_000 for shipped in [file, *SHIPPED.glob("*.webp")])


@pytest.mark.parametrize("name", ["cyclorama", "slate", "dusk"])
def test_a_plain_ground_has_no_bands(name: str) -> None:
    picture = painted(name)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    # Without grain the slope would stand still for many pixels and then step.
    flat = (np.diff(picture[HEIGHT // 2, :, 1].astype(int)) == 0).mean()
    assert flat < 0.5


@pytest.mark.parametrize("name", sorted(BACKDROPS))
def test_the_middle_leaves_the_face_its_due(name: str) -> None:
    behind = BACKDROPS[name](ARRANGED).light[100:360, 435:635]
    assert 0.02 < behind.mean() < 0.9


def test_a_point_of_light_becomes_a_disc() -> None:
    dot = np.zeros((81, 81, 1), np.float32)
    dot[40, 40] = 100.0
    disc = out_of_focus(dot, 12.0)[..., 0]
    assert disc.sum() == pytest.approx(100.0, rel=1e-3)
    assert disc[40, 40] > 0.5 * disc.max()
    assert disc[40, 30] > 0.5 * disc.max()
    assert disc[40, 26] < 0.01 * disc.max()


def test_what_is_near_hides_what_is_far() -> None:
    film, far, near = Photograph(), Layer(), Layer()
    far.fill(tone("ffffff"))
    near.box(-0.3, 0.3, 0.3, 0.7, tone("000000"))
    film.put(far, 0.0)
    film.put(near, 0.02)
    assert film.light[HEIGHT // 2, WIDTH // 2].max() < 0.01
    assert film.light[10, 10].min() > 0.99
    assert 0.3 < film.light[int(0.3 * HEIGHT), WIDTH // 2].mean() < 0.7
