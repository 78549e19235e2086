"""From lost packets and round trips to a number and a word."""

from hypothesis import given
from hypothesis import strategies as st

from engine.room.network_quality import NetworkQuality


def look_often(quality: NetworkQuality, loss: float, round_trip: float | None, times: int = 20) -> list[str]:
    told = [quality.look(loss, round_trip) for _ in range(times)]
    return [each.threshold for each in told if each is not None]


def test_a_good_connection_is_not_worth_a_message() -> None:
    assert look_often(NetworkQuality(), 0.0, 0.03) == []
    assert look_often(NetworkQuality(), 0.01, None) == []


def test_losses_make_it_low_and_heavy_ones_very_low() -> None:
    quality = NetworkQuality()
    assert look_often(quality, 0.10, 0.05)[-1] == "low"
    assert look_often(quality, 0.25, 0.05)[-1] == "very-low"
    assert look_often(quality, 0.0, 0.05)[-1] == "good"
    assert quality.told.quality >= 90


def test_a_single_bad_second_is_not_told_as_a_bad_connection() -> None:
    quality = NetworkQuality()
    quality.look(0.1, 0.05)
    assert quality.told.threshold == "good"


def test_a_long_way_counts_too() -> None:
    assert look_often(NetworkQuality(), 0.0, 0.6)[-1] == "low"


def test_on_the_brink_the_word_does_not_flicker() -> None:
    quality = NetworkQuality()
    look_often(quality, 0.065, None)
    words = [word for loss in (0.058, 0.062) * 20 for word in look_often(quality, loss, None, 5)]
    assert len(set(words)) <= 1


@given(st.lists(st.tuples(st.floats(0, 1), st.none() | st.floats(0, 100)), max_size=50))
def test_it_is_always_a_number_from_0_to_100(looks: list[tuple[float, float | None]]) -> None:
    quality = NetworkQuality()
    for loss, round_trip in looks:
        quality.look(loss, round_trip)
        assert 0 <= quality.told.quality <= 100
        assert set(quality.told.properties()) == {"quality", "threshold"}
