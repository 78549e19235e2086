"""Words are stable once two hypotheses in a row agree on them, and stay as they are from then on."""

from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.layers.stt.partials import Partial, StablePartials

WORD = st.sampled_from(["a", "b", "c", "A,", "B.", "-"])
HYPOTHESES = st.lists(st.lists(WORD, max_size=12), max_size=12)


def fed(hypotheses: Iterable[str]) -> list[tuple[str, str]]:
    """Return the stable and the tentative words after each hypothesis."""
    partials = StablePartials()
    given = [partials.feed(text.split()) for text in hypotheses]
    return [(" ".join(partial.stable), " ".join(partial.tentative)) for partial in given]


def keys(words: Iterable[str]) -> list[str]:
    return [key for word in words if (key := word.strip(".,-").lower())]


def test_what_two_hypotheses_agree_on_is_stable_but_for_the_last_word() -> None:
    assert fed(["what is", "what is the", "what is the weather", "what is the weather like"]) == [
        ("", "what is"),
        ("what is", "the"),
        ("what is the", "weather"),
        ("what is the weather", "like"),
    ]


def test_a_word_that_was_cut_is_never_stable() -> None:
    assert fed(["tell me a sto", "tell me a story about", "tell me a story about a"])[-1] == (
        "tell me a story about",
        "a",
    )


def test_words_that_change_stay_tentative() -> None:
    assert fed(["I want to recognise", "I want to wreck a nice", "I want to wreck a nice beach"])[1:] == [
        ("I want to", "wreck a nice"),
        ("I want to wreck a nice", "beach"),
    ]


def test_case_and_punctuation_do_not_count_against_agreement() -> None:
    assert fed(["So. Is it?", "so, is it - open", "So is it open today?"]) == [
        ("", "So. Is it?"),
        ("so, is it", "open"),
        ("so, is it open", "today?"),
    ]


def test_apostrophes_are_all_alike() -> None:
    assert fed(["what's up", "what’s up now"])[-1] == ("what’s up", "now")


def test_a_stable_word_stays_when_the_recogniser_thinks_better_of_it() -> None:
    assert fed(["I scream for", "I scream for ice", "ice cream for ice and", "ice cream for ice and more"]) == [
        ("", "I scream for"),
        ("I scream for", "ice"),
        ("I scream for ice", "and"),
        ("I scream for ice and", "more"),
    ]


@pytest.mark.parametrize(
    "later",
    [
        "one three four five six",
        "one two and three four five six",
        "well one two three four five six",
        "one two free four five six",
        "one two three for five six",
    ],
)
def test_stable_words_are_found_again_in_what_is_said_differently(later: str) -> None:
    assert fed(["one two three four five", "one two three four five", later])[1:] == [
        ("one two three four", "five"),
        ("one two three four five", "six"),
    ]


def test_a_hypothesis_that_falls_short_takes_nothing_back() -> None:
    assert fed(["one two three four", "one two three four", "one two"])[-1] == ("one two three", "")


def test_a_silent_partial_takes_nothing_back() -> None:
    assert fed(["good morning to", "good morning to you", "", "good morning to you all"])[2:] == [
        ("good morning to", ""),
        ("good morning to", "you all"),
    ]


def test_a_turn_begins_with_nothing() -> None:
    assert StablePartials().feed([]) == Partial((), ())
    assert StablePartials().feed(["...", "-"]) == Partial((), ())


@given(hypotheses=HYPOTHESES)
@example([["a", "b", "c"], ["a", "b", "c"], ["b", "c", "a"], ["b", "c", "a", "b"]])
def test_stable_words_never_change(hypotheses: list[list[str]]) -> None:
    partials = StablePartials()
    before: tuple[str, ...] = ()
    for words in hypotheses:
        partial = partials.feed(words)
        assert partial.stable[: len(before)] == before
        before = partial.stable


@given(hypotheses=HYPOTHESES)
def test_the_tentative_words_are_the_end_of_the_hypothesis_and_new_stable_ones_stand_before_them(
    hypotheses: list[list[str]],
) -> None:
    partials = StablePartials()
    stable = 0
    for words in hypotheses:
        partial = partials.feed(words)
        spoken = [word for word in words if keys([word])]
        assert list(partial.tentative) == spoken[len(spoken) - len(partial.tentative) :]
        new = list(partial.stable[stable:])
        behind = spoken[: len(spoken) - len(partial.tentative)]
        assert not new or behind[-len(new) :] == new
        assert not new or partial.tentative
        stable = len(partial.stable)


@given(hypotheses=HYPOTHESES)
def test_every_stable_word_was_in_two_hypotheses_in_a_row(hypotheses: list[list[str]]) -> None:
    partials = StablePartials()
    before: list[str] = []
    stable = 0
    for words in hypotheses:
        partial = partials.feed(words)
        for word in keys(partial.stable[stable:]):
            assert word in before
            assert word in keys(words)
        before, stable = keys(words), len(partial.stable)


@given(words=st.lists(WORD, max_size=12))
def test_the_same_words_twice_leave_the_last_one_tentative(words: list[str]) -> None:
    partials = StablePartials()
    partials.feed(words)
    again = partials.feed(words)
    spoken = [word for word in words if keys([word])]
    assert [*again.stable, *again.tentative] == spoken
    assert len(again.tentative) == min(1, len(spoken))


@given(words=st.lists(st.integers(0, 10**6).map(str), min_size=1, max_size=40, unique=True))
def test_words_that_are_understood_for_good_are_stable_as_soon_as_the_next_one_is_there(words: list[str]) -> None:
    partials = StablePartials()
    for count in range(1, len(words) + 1):
        partial = partials.feed(words[:count])
        assert list(partial.stable) == words[: count - 1]
        assert list(partial.tentative) == words[count - 1 : count]
