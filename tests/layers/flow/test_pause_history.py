"""A speaker's own pauses are learnt slowly and never believed too much."""

import math

from hypothesis import given
from hypothesis import strategies as st

from engine.layers.flow.pause_history import USUAL, PauseHistory

PAUSES = st.lists(st.floats(0.0, 60.0), max_size=200)


def after(*pauses: float) -> float:
    history = PauseHistory()
    for pause in pauses:
        history.resumed(pause)
    return history.slowness


def test_nothing_is_known_of_a_speaker_at_first() -> None:
    assert after() == 0.0


def test_usual_pauses_change_nothing() -> None:
    assert after(*[USUAL] * 30) == 0.0


def test_long_pauses_make_a_slow_speaker_and_short_ones_a_quick_one() -> None:
    assert after(1.5) > 0.0 > after(0.3)
    assert after(1.5, 1.5, 1.5) > after(1.5)


def test_one_pause_says_little() -> None:
    assert after(3.0) < 0.25


def test_a_changed_habit_is_learnt() -> None:
    assert after(*[2.0] * 30, *[0.3] * 60) < 0.0


@given(PAUSES)
def test_slowness_stays_within_what_pauses_are_held_to(pauses: list[float]) -> None:
    assert math.log(0.2 / USUAL) <= after(*pauses) <= math.log(3.0 / USUAL)
