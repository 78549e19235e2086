"""Lines through what was measured, and the times without anything."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bench.trends import after, gaps, slope


@given(st.floats(-100, 100), st.floats(-1000, 1000), st.integers(3, 200))
def test_a_straight_line_has_its_slope_and_no_error(per_hour: float, start: float, count: int) -> None:
    times = [50.0 + 10.0 * number for number in range(count)]
    found = slope(times, [start + per_hour * (time - 50.0) / 3600 for time in times])
    assert found is not None
    assert found.per_hour == pytest.approx(per_hour, abs=0.01)
    assert found.error == pytest.approx(0.0, abs=0.01)


def test_the_error_says_how_far_a_slope_may_be_off() -> None:
    noise = np.random.default_rng(5).normal(0.0, 20.0, 450)
    found = slope([8.0 * number for number in range(450)], list(noise))
    assert found is not None
    assert abs(found.per_hour) < 3 * found.error
    assert found.error == pytest.approx(20.0 / (450 / 12) ** 0.5, rel=0.15)


def test_a_few_points_and_points_at_one_moment_have_no_slope() -> None:
    assert slope([], []) is None
    assert slope([0.0, 1.0], [1.0, 2.0]) is None
    assert slope([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) is None


def test_what_was_measured_while_warming_up_does_not_count() -> None:
    assert after([1.0, 2.0, 3.0], [10.0, 20.0, 30.0], 2.0) == ([2.0, 3.0], [20.0, 30.0])


def test_a_gap_at_either_end_is_one_too() -> None:
    assert gaps([11.0, 11.5, 20.0], 10.0, 14.0) == pytest.approx([1.0, 0.5, 2.5])
    assert gaps([], 10.0, 14.0) == [4.0]
