"""What speaks for the end of a turn."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.layers.flow.evidence import Evidence, bare_words, final_stop, log_odds


@pytest.mark.parametrize(
    "text", ["I am done.", "Are you?", "Stop!", 'He said "no."', "これで終わりです。", "(Really?) "]
)
def test_a_sentence_end_is_a_final_stop(text: str) -> None:
    assert final_stop(text)


@pytest.mark.parametrize("text", ["", " ", "so what I", "well,", "I was...", "I was…", "at 3.5 or", "because -"])
def test_anything_else_is_none(text: str) -> None:
    assert not final_stop(text)


def test_words_are_read_as_they_are_heard() -> None:
    assert bare_words("Well, I DON’T know: it's 3 o'clock!", 48) == "well i don't know it's 3 o'clock"
    assert bare_words("one two three four", 2) == "three four"
    assert bare_words("... ?!", 5) == ""


@given(text=st.text(), most=st.integers(1, 60))
def test_bare_words_hold_no_punctuation_and_no_more_than_asked(text: str, most: int) -> None:
    words = bare_words(text, most)
    assert len(words.split()) <= most
    assert not set(words) & set('.,;:?!"<>|')


@given(st.floats(0.0, 1.0))
def test_log_odds_are_bounded_and_rise_with_the_probability(probability: float) -> None:
    assert abs(log_odds(probability)) < 5.4
    assert (log_odds(probability) > 0) == (probability > 0.5)


def test_features_are_sound_stop_and_words() -> None:
    assert Evidence(0.5, "Yes.", -1.5).features == (0.0, 1.0, -1.5)
    assert Evidence(0.5, "and", -40.0).features == (0.0, -1.0, -12.0)


@pytest.mark.parametrize(
    ("sound", "words_end"), [(1.1, -1.0), (-0.1, -1.0), (math.nan, -1.0), (0.5, 0.1), (0.5, math.nan)]
)
def test_what_is_no_probability_is_refused(sound: float, words_end: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        Evidence(sound, "yes", words_end)
