"""The measure of real time: only a missed limit is measured again, and only so often."""

import pytest

from tests.real_time import ATTEMPTS, MissedError, best_of, in_time, until


class Stopwatch:
    """Reads the next of its delays each time."""

    def __init__(self, *delays: float) -> None:
        self.delays = list(delays)

    async def __call__(self) -> float:
        delay = self.delays.pop(0)
        assert delay >= 0, "a clock does not run backwards"
        in_time(delay < 0.4, delay)
        return delay


async def test_the_first_attempt_that_meets_its_limits_counts() -> None:
    stopwatch = Stopwatch(0.9, 0.3, 0.1)
    assert await best_of(stopwatch) == 0.3
    assert stopwatch.delays == [0.1]


async def test_a_limit_that_is_never_met_fails_and_tells_every_attempt() -> None:
    stopwatch = Stopwatch(0.9, 0.8, 0.7, 0.1)
    with pytest.raises(MissedError, match=rf"{ATTEMPTS} attempts: 0\.9; 0\.8; 0\.7"):
        await best_of(stopwatch)


async def test_what_is_wrong_for_another_reason_is_not_tried_again() -> None:
    stopwatch = Stopwatch(-1.0, 0.1)
    with pytest.raises(AssertionError, match="backwards") as failed:
        await best_of(stopwatch)
    assert not isinstance(failed.value, MissedError)


async def test_waiting_ends_when_nothing_ever_comes() -> None:
    with pytest.raises(TimeoutError):
        await until(lambda: False, 0.02)
