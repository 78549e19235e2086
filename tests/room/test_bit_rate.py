"""The rate of the one encoder: the weakest decides, and not at every whim."""

from hypothesis import given
from hypothesis import strategies as st

from engine.room.bit_rate import LEAST, LOWER_AFTER, RAISE_AFTER, BitRate, full_rate

SMALL = 512 * 512
RATES = st.none() | st.integers(0, 100_000_000)


def test_a_picture_has_the_rate_of_its_size() -> None:
    assert full_rate(512 * 512) == 1_000_000
    assert full_rate(1280 * 720) == 2_500_000
    assert BitRate().choose(SMALL, [None, 9_000_000], 0.0) == 1_000_000


def test_the_weakest_receiver_decides() -> None:
    rate = BitRate()
    rate.choose(SMALL, [None], 0.0)
    assert rate.choose(SMALL, [5_000_000, 600_000, None], 2.0) == 600_000


def test_it_is_lowered_soon_and_raised_late() -> None:
    rate = BitRate()
    rate.choose(SMALL, [], 0.0)
    assert rate.choose(SMALL, [500_000], LOWER_AFTER / 2) == 1_000_000
    assert rate.choose(SMALL, [500_000], LOWER_AFTER) == 500_000
    assert rate.choose(SMALL, [2_000_000], LOWER_AFTER + RAISE_AFTER / 2) == 500_000
    assert rate.choose(SMALL, [2_000_000], LOWER_AFTER + RAISE_AFTER) == 1_000_000


def test_a_small_change_is_none() -> None:
    rate = BitRate()
    rate.choose(SMALL, [800_000], 0.0)
    assert rate.choose(SMALL, [750_000], 100.0) == 800_000
    assert rate.choose(SMALL, [900_000], 200.0) == 800_000


@given(st.lists(st.tuples(st.floats(0, 1000), st.lists(RATES, max_size=4)), max_size=30))
def test_it_stays_between_the_least_and_the_full_rate(looks: list[tuple[float, list[int | None]]]) -> None:
    rate = BitRate()
    for now, received in sorted(looks, key=lambda look: look[0]):
        assert LEAST <= rate.choose(SMALL, received, now) <= full_rate(SMALL)
