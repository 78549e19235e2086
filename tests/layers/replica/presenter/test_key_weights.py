"""From free expressions to key pictures."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.layers.replica.presenter.bundle import EYES, MOUTH, Bundle, read_bundle
from engine.layers.replica.presenter.geometry import read_geometry
from engine.layers.replica.presenter.key_weights import KeyWeights
from models.blendshapes import SHAPES
from tests.layers.replica.presenter.conftest import face


@pytest.fixture(scope="module")
def bundle(folder: Path) -> Bundle:
    return read_bundle(folder)


@pytest.fixture(scope="module")
def key_weights(bundle: Bundle) -> KeyWeights:
    return KeyWeights(bundle, read_geometry(bundle))


def only(bundle: Bundle, name: str) -> np.ndarray:
    return np.array([float(key.name == name) for key in bundle.keys])


@pytest.mark.parametrize("name", ["rest", "jaw", "smile", "blink"])
def test_the_expression_of_a_key_is_that_key(bundle: Bundle, key_weights: KeyWeights, name: str) -> None:
    key = next(key for key in bundle.keys if key.name == name)
    shares = key_weights.find(key.weights, 0.0)
    for of_set, found in ((MOUTH, shares.mouth), (EYES, shares.eyes)):
        assert found == pytest.approx(only(bundle, name if of_set in key.sets else "rest"), abs=0.01)


def test_half_an_expression_is_half_rest(bundle: Bundle, key_weights: KeyWeights) -> None:
    found = key_weights.find(face({"jawOpen": 0.4}).weights, 0.0).mouth
    assert found == pytest.approx(0.5 * only(bundle, "jaw") + 0.5 * only(bundle, "rest"), abs=0.01)


def test_a_mixture_is_found_again(bundle: Bundle, key_weights: KeyWeights) -> None:
    weights = 0.3 * bundle.keys[1].weights + 0.5 * bundle.keys[2].weights
    found = key_weights.find(weights, 0.0).mouth
    assert found == pytest.approx(
        0.3 * only(bundle, "jaw") + 0.5 * only(bundle, "smile") + 0.2 * only(bundle, "rest"), abs=0.03
    )


def test_an_expression_beyond_all_keys_takes_the_nearest_and_no_rest(bundle: Bundle, key_weights: KeyWeights) -> None:
    found = key_weights.find(face({"jawOpen": 1.0}).weights, 0.0).mouth
    assert found == pytest.approx(only(bundle, "jaw"), abs=0.01)


def test_a_shape_that_no_key_shows_is_left_to_rest(bundle: Bundle, key_weights: KeyWeights) -> None:
    assert key_weights.find(face({"tongueOut": 1.0}).weights, 0.0).mouth == pytest.approx(only(bundle, "rest"))


@pytest.mark.parametrize("yaw", [-12.0, -4.0, 0.0, 7.0])
def test_whatever_the_expression_the_shares_sum_to_one(key_weights: KeyWeights, yaw: float) -> None:
    random = np.random.default_rng(1)
    for _ in range(200):
        weights = np.asarray(random.random(len(SHAPES)) ** 3, np.float32)
        shares = key_weights.find(weights, yaw)
        for found in (shares.mouth, shares.eyes, shares.turned):
            assert found.min() >= 0.0
            assert found.sum() == pytest.approx(1.0, abs=1e-5)


def test_the_turned_plates_come_in_with_the_yaw(bundle: Bundle, key_weights: KeyWeights) -> None:
    left, right = only(bundle, "yaw_left") > 0, only(bundle, "yaw_right") > 0
    course = [key_weights.find(face().weights, yaw) for yaw in np.linspace(-10.0, 10.0, 41)]
    assert course[0].turned[left] == pytest.approx(1.0)
    assert course[20].turned[0] == pytest.approx(1.0)
    assert course[40].mouth[right] == pytest.approx(1.0)
    assert all(
        np.all(np.diff([shares.turned[side][0] for shares in course]) * sign >= 0)
        for side, sign in ((left, -1), (right, 1))
    )
    assert max(np.abs(a.turned - b.turned).max() for a, b in itertools.pairwise(course)) < 0.15  # in half a degree


def test_between_two_plates_of_a_side_those_two_share_and_never_a_third(bundle: Bundle) -> None:
    right = next(key for key in bundle.keys if key.name == "yaw_right")
    denser = replace(bundle, keys=(*bundle.keys, replace(right, name="turn_right", yaw=5.0)))
    key_weights = KeyWeights(denser, read_geometry(bundle))
    turned = {yaw: key_weights.find(face().weights, yaw).turned for yaw in (1.0, 2.5, 5.0, 7.5, 9.0)}
    assert turned[1.0] == pytest.approx(only(denser, "rest"))
    assert turned[2.5] == pytest.approx(0.5 * only(denser, "rest") + 0.5 * only(denser, "turn_right"))
    assert turned[5.0] == pytest.approx(only(denser, "turn_right"))
    assert turned[7.5] == pytest.approx(0.5 * only(denser, "turn_right") + 0.5 * only(denser, "yaw_right"))
    assert turned[9.0] == pytest.approx(only(denser, "yaw_right"))


def test_beyond_the_turned_plate_it_stays(bundle: Bundle, key_weights: KeyWeights) -> None:
    assert key_weights.find(face().weights, 25.0).turned == pytest.approx(only(bundle, "yaw_right"))


def test_weights_change_as_smoothly_as_the_expression(key_weights: KeyWeights) -> None:
    course = [
        key_weights.find(
            face({"jawOpen": step / 200, "mouthSmile_L": 1 - step / 200, "mouthFunnel": 0.3}).weights, 0.0
        ).mouth
        for step in range(201)
    ]
    assert max(np.abs(a - b).max() for a, b in itertools.pairwise(course)) < 0.02


def test_the_order_of_questions_does_not_matter(key_weights: KeyWeights) -> None:
    random = np.random.default_rng(2)
    questions = [np.asarray(random.random(len(SHAPES)), np.float32) for _ in range(20)]
    forwards = [key_weights.find(weights, 3.0).mouth for weights in questions]
    backwards = [key_weights.find(weights, 3.0).mouth for weights in reversed(questions)][::-1]
    assert all(np.array_equal(a, b) for a, b in zip(forwards, backwards, strict=True))
