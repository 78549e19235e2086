"""Landmarks are where the figure's own renderer puts them."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.footage.landmarks import Landmarks, mouth_box
from engine.layers.replica.performance.expression import Expression
from models.blendshapes import SHAPE_INDEX, SHAPES
from tests.layers.replica.presenter.figure import CANVAS, Figure, Look, projected

LOOKS = {
    "rest": Look(),
    "jaw": Look({"jawOpen": 0.6}),
    "turned": Look({"mouthSmile_L": 0.5, "jawOpen": 0.3}, yaw=6.0, pitch=-4.0, roll=3.0, gaze=(5.0, 2.0)),
    "blink": Look({"eyeBlink_L": 1.0, "eyeBlink_R": 1.0}, roll=-5.0),
}


def expression(look: Look) -> Expression:
    weights = np.zeros(len(SHAPES), np.float32)
    for name, value in look.weights.items():
        weights[SHAPE_INDEX[name]] = value
    return Expression(weights, look.yaw, look.pitch, look.roll, *look.gaze)


@pytest.mark.parametrize("name", LOOKS)
def test_each_landmark_is_where_its_vertex_is_seen(
    name: str, folder: Path, figure: Figure, landmarks: NDArray[np.uint16]
) -> None:
    found = Landmarks(folder, *CANVAS).of(expression(LOOKS[name])).places
    true = projected(figure.posed(LOOKS[name]))[landmarks, :2]
    # A delta is stored in 8 bits: 1/254 of its largest, at 7.2 pixels a unit.
    np.testing.assert_allclose(found, true, atol=0.2)


def test_twice_the_size_is_twice_as_far(folder: Path) -> None:
    look = expression(LOOKS["turned"])
    small = Landmarks(folder, *CANVAS).of(look).places
    large = Landmarks(folder, 2 * CANVAS[0], 2 * CANVAS[1]).of(look).places
    np.testing.assert_allclose(large, 2.0 * small, atol=1e-2)


def test_jaw_and_lips_are_measured_from_rest_and_a_turned_head_opens_nothing(folder: Path) -> None:
    face = Landmarks(folder, *CANVAS)
    rest = face.of(expression(LOOKS["rest"]))
    assert (rest.jaw_opening, rest.lip_parting) == (0.0, 0.0)
    half, full = (face.of(expression(Look({"jawOpen": weight}))) for weight in (0.3, 0.6))
    assert 0.0 < half.jaw_opening < full.jaw_opening
    assert 0.0 < half.lip_parting < full.lip_parting
    turned = face.of(expression(Look({"jawOpen": 0.3}, yaw=8.0, pitch=5.0)))
    assert (turned.jaw_opening, turned.lip_parting) == (half.jaw_opening, half.lip_parting)


def test_the_mouth_box_holds_the_lips_tightly() -> None:
    places = np.zeros((2, 68, 2), np.float32)
    places[:, 48:] = np.random.default_rng(1).uniform(10.0, 20.0, (2, 20, 2))
    for box, mouth in zip(mouth_box(places), places[:, 48:], strict=True):
        assert box.tolist() == [*mouth.min(0).tolist(), *mouth.max(0).tolist()]
