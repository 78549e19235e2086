"""Hairline and growth, on a ball for a head."""

import numpy as np
import pytest

pytest.importorskip("scipy")

from models.studio.hair import grow_hair
from models.studio.hairline import hair_density
from models.studio.recipe import HairStyle
from tests.models.studio.presenters_made_small import BROWS, CENTRE, RADIUS, ball, with_hair

CROWN = np.array([[0.0, 13.0, 2.0]])
FOREHEAD = np.array([[0.0, 8.0, 9.5]])
CHEEK = np.array([[5.0, 0.0, 8.0]])
STYLES: tuple[HairStyle, ...] = ("tied", "short", "cropped", "long", "bob")


def test_hair_grows_on_the_crown_and_not_on_the_face() -> None:
    for name in ("nia", "bruno", "ada", "ravi"):
        recipe = with_hair("short", name=name)
        assert hair_density(CROWN, recipe, BROWS)[0] == 1.0
        assert hair_density(FOREHEAD, recipe, BROWS)[0] == 0.0
        assert hair_density(CHEEK, recipe, BROWS)[0] == 0.0


def test_the_hairline_is_a_soft_and_uneven_border() -> None:
    x = np.linspace(-3, 3, 40)
    heights = np.linspace(9.0, 12.5, 60)
    density = np.stack(
        [
            hair_density(np.stack([x, np.full_like(x, y), np.full_like(x, 8.5)], axis=1), with_hair("short"), BROWS)
            for y in heights
        ]
    )
    begins = heights[(density > 0.5).argmax(axis=0)]
    assert np.ptp(begins) > 0.25
    assert ((density > 0.05) & (density < 0.95)).any(axis=0).all()


@pytest.mark.parametrize("style", STYLES)
def test_no_strand_lies_under_the_skin_beyond_its_root(style: HairStyle) -> None:
    hair = grow_hair(with_hair(style), *ball(), BROWS)
    height = np.linalg.norm(hair.points - CENTRE, axis=2) - RADIUS
    assert np.abs(height[:, 0]).max() < 0.15
    assert np.quantile(height[:, 2:], 0.005) > -0.12
    assert np.isfinite(hair.points).all()


def test_the_same_recipe_grows_the_same_hair() -> None:
    first, second = (grow_hair(with_hair("short"), *ball(), BROWS) for _ in range(2))
    assert np.array_equal(first.points, second.points)
    assert np.array_equal(first.shade, second.shade)


def test_hair_tied_back_ends_behind_the_head() -> None:
    hair = grow_hair(with_hair("tied"), *ball(), BROWS)
    assert np.median(hair.points[:, -1, 2]) < CENTRE[2] - RADIUS * 0.8


def test_long_hair_hangs_below_the_chin_and_leaves_the_face_free() -> None:
    hair = grow_hair(with_hair("long"), *ball(), BROWS)
    assert np.quantile(hair.points[:, -1, 1], 0.25) < -7.5
    points = hair.points[:, 6:].reshape(-1, 3)
    before_the_face = (np.abs(points[:, 0]) < 4.5) & (points[:, 1] < 5) & (points[:, 1] > -4) & (points[:, 2] > 6)
    assert before_the_face.mean() < 0.002


def test_cropped_hair_is_much_shorter_than_short_hair() -> None:
    def length(style: HairStyle) -> float:
        steps = np.diff(grow_hair(with_hair(style), *ball(), BROWS).points, axis=1)
        return float(np.linalg.norm(steps, axis=2).sum(axis=1).mean())

    assert length("cropped") * 3 < length("short")


def test_some_strands_are_grey_where_the_recipe_asks_for_it() -> None:
    assert 0.4 < (grow_hair(with_hair("cropped", name="ravi"), *ball(), BROWS).shade < 0).mean() < 0.7
    assert (grow_hair(with_hair("tied"), *ball(), BROWS).shade > 0).all()
