"""The regression finds what tells turns that are over from others."""

import numpy as np
import pytest

from models.training.turn_end.regression import fit


def lessons(count: int, seed: int = 0) -> tuple[list[list[float]], list[bool]]:
    """Return lessons in which the first feature tells, the second misleads nobody, and most turns are not over."""
    draw = np.random.default_rng(seed)
    over = draw.random(count) < 0.25
    telling = np.where(over, 1.0, -1.0) + draw.normal(0.0, 1.0, count)
    return np.column_stack([telling, draw.normal(0.0, 1.0, count)]).tolist(), over.tolist()


def test_what_tells_has_weight_and_what_does_not_has_little() -> None:
    found = fit(*lessons(600))
    assert found.weights[0] > 1.0
    assert abs(found.weights[1]) < 0.5


def test_both_sides_count_the_same_however_many_there_are() -> None:
    assert abs(fit(*lessons(2000)).score((0.0, 0.0))) < 0.4


def test_a_feature_that_never_changes_gets_no_say() -> None:
    features, over = lessons(200)
    found = fit([[first, 1.0] for first, _ in features], over)
    assert found.score((0.5, 1.0)) == pytest.approx(found.score((0.5, 1.0)))
    assert abs(found.weights[1]) < 1e-3


def test_perfect_lessons_give_finite_weights() -> None:
    found = fit([[-1.0], [-1.0], [1.0], [1.0]], [False, False, True, True])
    assert 0.0 < found.weights[0] < 10.0


@pytest.mark.parametrize("over", [True, False])
def test_lessons_of_one_side_teach_nothing(over: bool) -> None:
    with pytest.raises(ValueError, match="over"):
        fit([[1.0], [2.0]], [over, over])
