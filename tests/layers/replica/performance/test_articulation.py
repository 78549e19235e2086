"""What each phoneme asks of the mouth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.layers.replica.performance.articulation import (
    ARTICULATORS,
    Articulator,
    Contact,
    is_reduced,
    is_vowel,
    shape_weights,
    targets_of,
    touch,
)
from engine.layers.replica.performance.expression import Expression
from models.blendshapes import SHAPE_INDEX, SHAPES
from tests.layers.replica.performance.speaking import lip_gap

ENGLISH = [
    "p", "b", "m", "f", "v", "θ", "ð", "t", "d", "n", "l", "ɾ", "s", "z", "ʃ", "ʒ", "ɹ", "ɚ", "ɜː", "k", "ɡ", "ŋ",
    "h", "ɑː", "æ", "ʌ", "ɐ", "ɛ", "ə", "ᵻ", "i", "iː", "ɪ", "j", "ɔː", "oʊ", "u", "uː", "ʊ", "w", "aɪ", "aʊ", "eɪ",
    "ɔɪ", "tʃ", "dʒ", "ʔ", "n̩",
]  # fmt: skip

unit = st.floats(0.0, 1.0, width=32)


@pytest.mark.parametrize("phoneme", ENGLISH)
def test_every_phoneme_of_english_has_targets_in_range(phoneme: str) -> None:
    targets = targets_of(phoneme)
    assert targets
    for target in targets:
        assert len(target.places) == len(target.dominances) == ARTICULATORS
        assert all(0.0 <= place <= 1.0 for place in target.places)
        assert all(dominance > 0.0 for dominance in target.dominances)


@pytest.mark.parametrize(
    ("phonemes", "contact"),
    [
        ("pbm", Contact.SEAL),
        ("fv", Contact.TUCK),
        ("θð", Contact.BETWEEN),
        ("tdnl", Contact.RIDGE),
        ("szʃkɹɑiu", None),
    ],
)
def test_contacts_are_where_phonetics_has_them(phonemes: str, contact: Contact | None) -> None:
    assert {targets_of(phoneme)[0].contact for phoneme in phonemes} == {contact}


def test_diphthongs_and_affricates_pass_through_two_targets_and_marks_count_for_none() -> None:
    assert targets_of("aɪ") == targets_of("a") + targets_of("ɪ")
    assert targets_of("tʃ") == targets_of("t") + targets_of("ʃ")
    assert targets_of("ɑː") == targets_of("ɑ")
    assert targets_of("n̩") == targets_of("n")


def test_silence_asks_for_nothing_and_an_unknown_letter_for_a_little() -> None:
    assert targets_of("") == ()
    assert targets_of("字") == targets_of("ə")
    assert targets_of("ˈ") == ()


def test_air_is_held_for_p_and_b_only() -> None:
    assert [phoneme for phoneme in ENGLISH if any(target.puffs for target in targets_of(phoneme))] == ["p", "b"]


def test_open_vowels_open_wider_than_close_ones_and_rounded_ones_round() -> None:
    def place(phoneme: str, articulator: Articulator) -> float:
        return targets_of(phoneme)[0].places[articulator]

    jaws = [place(phoneme, Articulator.JAW) for phoneme in "ɑʌɛəi"]
    assert jaws == sorted(jaws, reverse=True)
    assert place("i", Articulator.SPREAD) > 0.3 > place("ɑ", Articulator.SPREAD)
    assert place("u", Articulator.PUCKER) > place("o", Articulator.PUCKER) > place("ɔ", Articulator.PUCKER) > 0.0


def test_vowels_and_reduced_vowels() -> None:
    assert all(is_vowel(phoneme) for phoneme in ("ɑː", "ə", "aɪ", "ɚ"))
    assert not any(is_vowel(phoneme) for phoneme in ("", "p", "w", "j", "ɹ"))
    assert is_reduced("ə")
    assert not is_reduced("ɑː")
    assert not is_reduced("")


@given(places=st.lists(unit, min_size=6, max_size=6), seal=unit, tuck=unit, between=unit, puff=unit, smile=unit)
def test_whatever_is_asked_for_weights_are_in_range_and_a_full_seal_closes(
    places: list[float], seal: float, tuck: float, between: float, puff: float, smile: float
) -> None:
    contacts = np.array([seal, tuck, between, 0.0], np.float32)
    weights = shape_weights(np.array(places, np.float32) * 0.6, contacts, puff)
    weights[SHAPE_INDEX["noseSneer_L"]] = weights[SHAPE_INDEX["noseSneer_R"]] = smile
    for strength in (seal, 1.0):
        touched = weights.copy()
        touch(touched, strength, tuck, between)
        assert touched.shape == (len(SHAPES),)
        assert float(touched.min()) >= 0.0
        assert float(touched.max()) <= 1.3  # the performance cuts what is more than 1
    assert -0.5 < lip_gap([Expression(touched)])[0] < 0.1
