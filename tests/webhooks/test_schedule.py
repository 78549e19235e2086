"""When a failed try is repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.webhooks.schedule import LONGEST_WAIT_S, RetrySchedule, retry_after

NOON = 1_769_860_800.0
"""2026-01-31 12:00:00 UTC."""


def test_the_waits_double_up_to_an_hour_and_last_about_a_day() -> None:
    schedule = RetrySchedule()
    waits = [schedule.wait_after(attempts) for attempts in range(1, schedule.attempts)]
    assert waits[:4] == [2.0, 4.0, 8.0, 16.0]
    assert waits[-1] == 3600.0
    assert schedule.wait_after(schedule.attempts) is None
    assert 23 * 3600 < sum(wait for wait in waits if wait is not None) < 24 * 3600


def test_a_receiver_that_asks_for_patience_gets_it_within_a_day() -> None:
    schedule = RetrySchedule()
    assert schedule.wait_after(1, 300.0) == 300.0
    assert schedule.wait_after(20, 300.0) == 3600.0, "never sooner than the schedule says"
    assert schedule.wait_after(1, 1e9) == LONGEST_WAIT_S
    assert schedule.wait_after(schedule.attempts, 300.0) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Sat, 31 Jan 2026 12:05:00 GMT", 300.0),
        ("Sat, 31 Jan 2026 12:05:00", 300.0),
        ("Sat, 31 Jan 2026 11:55:00 GMT", 0.0),
        ("", 0.0),
        ("-5", 0.0),
        ("soon", 0.0),
        ("9" * 5000, 0.0),
        ("1e400", 0.0),
        ("Sat, 31 Jan 99999 12:05:00 GMT", 0.0),
    ],
)
def test_what_a_receiver_asks_for_is_read_as_a_number_or_a_date(header: str, seconds: float) -> None:
    assert retry_after(header, NOON) == seconds


@given(st.text(max_size=200))
def test_nothing_that_a_receiver_sends_is_an_error(header: str) -> None:
    assert retry_after(header, NOON) >= 0
