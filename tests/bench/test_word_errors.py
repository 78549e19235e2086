"""Word errors of two recognisers, and how sure their difference is."""

import random

import pytest

from engine.bench.word_errors import HeardTwice, difference_interval, error_rates, word_error_rate


@pytest.mark.parametrize(
    ("said", "understood", "rate"),
    [
        ("what's the weather like", "What's the weather like?", 0.0),
        ("in eighteen thirteen", "In 18 13", 0.0),
        ("the child almost hurt the small dog", "The child almost heard a small dog.", 2 / 7),
        ("yes", "", 1.0),
        ("yes", "Yes, yes, yes.", 2.0),
        ("", "", 0.0),
    ],
)
def test_only_words_count(said: str, understood: str, rate: float) -> None:
    assert word_error_rate(said, understood) == pytest.approx(rate)


def test_rates_are_over_all_words_and_not_over_utterances() -> None:
    heard = [
        HeardTwice.of("one two three four five six seven nine", "one two", "one two three four five six seven nine")
    ]
    heard.append(HeardTwice.of("yes please", "yes please", "no"))
    assert error_rates(heard) == pytest.approx((6 / 10, 2 / 10))


def test_two_that_err_alike_do_not_differ() -> None:
    heard = [HeardTwice(str(number), 10, number % 4, number % 4) for number in range(50)]
    assert difference_interval(heard) == (0.0, 0.0)


def test_the_interval_holds_the_difference_and_narrows_with_more_utterances() -> None:
    draw = random.Random(3)
    heard = [HeardTwice(str(number), 10, draw.randint(0, 3), draw.randint(0, 2)) for number in range(400)]
    widths = []
    for count in (25, 100, 400):
        ours, theirs = error_rates(heard[:count])
        low, high = difference_interval(heard[:count])
        assert low < ours - theirs < high
        widths.append(high - low)
    assert widths[0] > 1.5 * widths[1] > 2.25 * widths[2]


def test_the_interval_of_the_same_utterances_is_the_same() -> None:
    heard = [HeardTwice(str(number), 5, number % 3, number % 2) for number in range(30)]
    assert difference_interval(heard) == difference_interval(heard)


def test_versions_of_an_utterance_are_no_new_evidence() -> None:
    heard = [HeardTwice(str(number), 5, number % 3, number % 2) for number in range(30)]
    assert difference_interval(heard * 4) == difference_interval(heard)


def test_nothing_heard_has_no_interval() -> None:
    with pytest.raises(ValueError, match="no utterances"):
        difference_interval([])
