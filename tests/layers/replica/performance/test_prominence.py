"""What stands out in a clause."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from engine.layers.replica.performance.prominence import prominence
from tests.layers.replica.performance.speaking import MS, SECOND, sentence, spoken


def test_a_long_vowel_among_short_ones_is_an_accent_and_opens_wider() -> None:
    clause = spoken(SECOND, *[("t", 60), ("ɛ", 70)] * 5, ("b", 60), ("æ", 160), *[("t", 60), ("ɛ", 70)] * 5, ("t", 60))
    found = prominence(clause)
    assert [round((accent.position - SECOND) / MS) for accent in found.accents] == [5 * 130 + 60 + 80]
    assert found.accents[0].strength > 0.9
    assert found.openings[11] == max(found.openings) > 1.1


def test_a_reduced_vowel_is_never_one_and_opens_less() -> None:
    found = prominence(spoken(0, *[("t", 60), ("ɛ", 70)] * 4, ("t", 60), ("ə", 300), ("t", 60), ("ɛ", 70), ("t", 60)))
    assert found.accents == ()
    assert found.openings[9] == min(found.openings) < 0.9


def test_a_diphthong_in_two_spans_is_one_syllable() -> None:
    said = [*[("t", 60), ("ɛ", 70)] * 4, ("f", 60), ("a", 90), ("ɪ", 90), *[("t", 60), ("ɛ", 70)] * 3, ("t", 60)]
    (accent,) = prominence(spoken(0, *said)).accents
    assert round(accent.position / MS) == 4 * 130 + 60 + 90


def test_lengthening_before_a_pause_is_no_emphasis() -> None:
    said = [*[("t", 60), ("ɛ", 80)] * 6, ("t", 60), ("ɛ", 100), ("", 300)]
    assert prominence(spoken(0, *said)).accents == ()


def test_phrases_end_at_pauses_and_at_the_end() -> None:
    clause = spoken(0, ("", 50), ("ɑː", 200), ("", 150), ("ɑː", 200), ("", 30), ("ɑː", 200), ("", 300))
    assert [end // MS for end in prominence(clause).ends] == [250, 830]
    assert [end // MS for end in prominence(spoken(0, ("ɑː", 200))).ends] == [200]
    assert prominence(spoken(0, ("", 200))).ends == ()


@given(seed=st.integers(0, 200), start=st.integers(0, 10**9))
def test_accents_come_in_order_and_no_closer_than_a_head_can_follow(seed: int, start: int) -> None:
    clause = sentence(start, seed)
    found = prominence(clause)
    assert len(found.openings) == len(clause.phonemes)
    assert all(0.8 <= opening <= 1.2 for opening in found.openings)
    for earlier, later in itertools.pairwise(found.accents):
        assert later.position - earlier.position >= 400 * MS
    assert all(0.0 < accent.strength <= 1.0 for accent in found.accents)
    assert prominence(clause) == found
