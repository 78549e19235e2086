"""Tokens, their numbers, and the sounds among them."""

import pytest

from models.training.voice.phonemes import (
    Phonemizer,
    common_names,
    symbol_ids,
    trained_as,
    units_of,
    with_nearest,
)


def test_a_text_becomes_code_points_between_begin_and_end() -> None:
    tokens = Phonemizer().tokens("Is it so?")
    assert (tokens[0], tokens[-2], tokens[-1]) == ("^", "?", "$")
    assert all(len(token) == 1 for token in tokens)
    assert "ˈ" in tokens


def test_several_sentences_are_joined_by_a_space() -> None:
    tokens = Phonemizer().tokens("Yes. No.")
    assert tokens[tokens.index(".") + 1] == " "


def test_sounds_that_take_time_are_grouped() -> None:
    units = units_of(["^", "ð", "ˈ", "e", "ɪ", ",", " ", "s", "ˈ", "i", "ː", ".", "$"])
    assert [unit.name for unit in units] == ["sil", "ð", "eɪ", "sil", "s", "iː", "sil"]
    assert [unit.optional for unit in units] == [False, False, False, True, False, False, False]
    diphthong = units[2]
    assert (diphthong.start, diphthong.count) == (3, 2)


def test_the_last_mark_and_the_end_are_one_silence() -> None:
    units = units_of(["^", "n", "ˈ", "o", "ʊ", "?", "$"])
    assert [unit.name for unit in units] == ["sil", "n", "oʊ", "sil"]
    assert units[-1].start == 6


def test_rare_sounds_fall_back_to_their_first_symbol() -> None:
    units = [units_of(["^", "ɔ", "ː", "$"])] * 3 + [units_of(["^", "ɔ", "$"])] * 50
    assert common_names(units, least=10)["ɔː"] == "ɔ"


def test_punctuation_has_numbers_even_when_no_text_has_it() -> None:
    ids = symbol_ids([["^", "a", ".", "$"]])
    assert (ids["_"], ids["^"], ids["$"]) == (0, 1, 2)
    assert {"?", "!", ":", ";", ",", "-"} <= set(ids)
    assert sorted(ids.values()) == list(range(len(ids)))


@pytest.mark.parametrize(("mark", "stand_in"), [("?", "."), ("!", "."), (":", ","), (";", ",")])
def test_marks_that_were_never_read_sound_like_those_that_were(mark: str, stand_in: str) -> None:
    ids = symbol_ids([["^", "a", ".", ",", "$"]])
    assert trained_as(ids, [".", ",", "a"])[ids[mark]] == ids[stand_in]


def test_a_mark_that_was_read_stands_for_itself() -> None:
    ids = symbol_ids([["^", "a", ";", "$"]])
    assert trained_as(ids, ["a", ";"])[ids[";"]] == ids[";"]


def test_foreign_sounds_share_the_number_of_their_neighbour() -> None:
    ids = with_nearest(symbol_ids([["^", "k", "ɹ", "$"]]))
    assert ids["x"] == ids["k"]
    assert ids["r"] == ids["ɹ"]
    assert "ø" not in ids  # its neighbour is not known either
