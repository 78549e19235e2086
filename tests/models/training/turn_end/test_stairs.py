"""A stair answers the aimed shares of the turns that are over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.turn_end.stairs import AIMS, Aim, build

HALF = Aim((0.5, 1.0), (0.3, 1.0), 2.0)


def test_the_surest_half_is_answered_at_the_first_step() -> None:
    stair = build(HALF, [4.0, 3.0, 2.0, 1.0], [1.0] * 4)
    assert [stair.silence(score) for score in (4.0, 3.0, 2.0, 1.0, 0.9)] == [0.3, 0.3, 1.0, 1.0, 2.0]


def test_versions_of_one_clip_share_their_say() -> None:
    stair = build(HALF, [4.0, 4.0, 4.0, 1.0], [1 / 3] * 3 + [1.0])
    assert stair.steps[0][0] == 4.0
    assert build(HALF, [4.0, 1.0, 1.0, 1.0], [0.5] + [1.0] * 3).steps[0][0] == 1.0


def test_nothing_is_built_of_nothing() -> None:
    with pytest.raises(ValueError, match="no turn"):
        build(HALF, [], [])


@given(st.lists(st.floats(-10.0, 10.0), min_size=1, max_size=60), st.sampled_from(sorted(AIMS)))
def test_each_step_reaches_the_share_that_it_aims_at(scores: list[float], patience: str) -> None:
    aim = AIMS[patience]
    stair = build(aim, scores, [1.0] * len(scores))
    for share, silence in zip(aim.shares, aim.silences, strict=True):
        assert sum(stair.silence(score) <= silence for score in scores) >= share * len(scores) - 1e-6


@pytest.mark.parametrize(("patience", "p50", "p95"), [("low", 0.4, 1.0), ("medium", 0.6, 1.5), ("high", 0.8, 1.8)])
def test_aims_keep_the_delays_that_are_asked_for(patience: str, p50: float, p95: float) -> None:
    aim = AIMS[patience]
    assert max(s for share, s in zip(aim.shares, aim.silences, strict=True) if share <= 0.6) < p50
    assert aim.silences[-1] < p95
    assert aim.shares[-1] > 0.95
