"""Which key shows what, and what is done about the rest."""

import numpy as np
import pytest

pytest.importorskip("scipy")

from models.blendshapes import SHAPES
from models.studio.keys import KEYS
from models.studio.patch import GUMS_REGION, LEFT_EYE, SKIN, TEETH_REGION, Surface
from models.studio.visibility import widened, with_fallbacks

NAMES = [key.name for key in KEYS]
REGIONS = np.array([SKIN, TEETH_REGION, TEETH_REGION, GUMS_REGION, LEFT_EYE], dtype=np.uint8)


def surface() -> Surface:
    count = len(REGIONS)
    rest = np.zeros((count, 3))
    rest[:, 2] = 9.0
    ones = np.ones(count)
    shapes = np.zeros((len(SHAPES), count, 3), dtype=np.float32)
    return Surface(rest, shapes, np.array([[0, 1, 2], [2, 3, 4]]), ones, ones.copy(), ones, REGIONS)


def seen(**by_vertex: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    visibility = np.zeros((len(KEYS), len(REGIONS)))
    for name, vertex in by_vertex.items():
        visibility[NAMES.index(name), vertex] = 1.0
    return visibility


def test_a_tooth_that_no_key_shows_takes_its_colour_from_the_open_mouth() -> None:
    result = with_fallbacks(seen(smile=1), surface(), KEYS)
    assert result[NAMES.index("open"), 2] == pytest.approx(0.1)
    assert result[NAMES.index("open"), 1] == 0.0


def test_hidden_gums_and_hidden_skin_stay_hidden() -> None:
    result = with_fallbacks(seen(), surface(), KEYS)
    assert result[:, REGIONS == GUMS_REGION].max() == 0.0
    assert result[:, REGIONS == SKIN].max() == 0.0


def test_an_eyeballs_hidden_front_falls_back_to_the_rest_picture() -> None:
    result = with_fallbacks(seen(), surface(), KEYS)
    assert result[0, REGIONS == LEFT_EYE].tolist() == [0.02]


def test_only_what_is_seen_and_covers_something_is_kept_with_its_triangles() -> None:
    shown = surface()
    shown.cover[3] = 0.0
    vertices, triangles = shown.kept(seen(rest=3))
    assert len(vertices) == 0
    assert len(triangles) == 0
    vertices, triangles = shown.kept(seen(rest=0))
    assert vertices.tolist() == [0, 1, 2]
    assert triangles.tolist() == [[0, 1, 2]]


def test_what_is_seen_spreads_to_the_second_neighbour_and_no_farther() -> None:
    chain = np.array([[0, 0, 1], [1, 1, 2], [2, 2, 3], [3, 3, 4]])
    assert widened(np.array([0.7, 0.0, 0.0, 0.0, 0.0]), chain).tolist() == [0.7, 0.7, 0.7, 0.0, 0.0]
