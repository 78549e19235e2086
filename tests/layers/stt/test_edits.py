"""How far two lists of words are apart."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.layers.stt.edits import edits_to_prefixes

WORDS = st.lists(st.sampled_from("abc"), max_size=8)


@pytest.mark.parametrize(
    ("words", "others", "edits"),
    [
        ("", "", [0]),
        ("", "ab", [0, 1, 2]),
        ("ab", "", [2]),
        ("ab", "ab", [2, 1, 0]),
        ("abc", "axcd", [3, 2, 2, 1, 2]),
        ("abc", "bc", [3, 2, 1]),
    ],
)
def test_edits_to_each_prefix(words: str, others: str, edits: list[int]) -> None:
    assert edits_to_prefixes(words, others) == edits


@given(words=WORDS, others=WORDS)
def test_neighbouring_prefixes_differ_by_one_edit_at_most(words: list[str], others: list[str]) -> None:
    edits = edits_to_prefixes(words, others)
    assert edits[0] == len(words)
    assert all(abs(one - other) <= 1 for one, other in pairwise(edits))


@given(words=WORDS, others=WORDS)
def test_the_distance_is_the_same_both_ways(words: list[str], others: list[str]) -> None:
    assert edits_to_prefixes(words, others)[-1] == edits_to_prefixes(others, words)[-1]


@given(words=WORDS, others=WORDS, band=st.integers(0, 8))
def test_a_band_never_finds_fewer_edits_and_a_wide_one_the_same(words: list[str], others: list[str], band: int) -> None:
    whole, narrow = edits_to_prefixes(words, others), edits_to_prefixes(words, others, band)
    assert all(one <= other <= len(words) + len(others) for one, other in zip(whole, narrow, strict=True))
    assert edits_to_prefixes(words, others, 8) == whole


def test_a_band_finds_what_drifts_by_less() -> None:
    words = [str(number) for number in range(200)]
    assert min(edits_to_prefixes(words, ["well", "so", *words], 4)) == 2
