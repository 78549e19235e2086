"""The languages that conversations may name."""

import pytest

from engine.errors import InvalidInputError
from engine.layers.tts.espeak import Espeak
from models.languages import LANGUAGES, Language, language_of, primary_code, region_of


def test_every_language_has_one_name_and_one_code() -> None:
    assert len(LANGUAGES) == 42
    assert len({language.code for language in LANGUAGES}) == len({language.name for language in LANGUAGES}) == 42
    assert all(len(language.code) == 2 and language.code.islower() for language in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_a_language_without_a_voice_says_why_and_the_basic_voice_speaks_what_it_is_said_to_speak(
    language: Language,
) -> None:
    assert language.basic_voice or language.note
    if language.basic_voice:
        Espeak(language.code, words_per_minute=160, pitch=46, pitch_range=58)


def test_what_espeak_does_not_know_at_all_it_is_not_said_to_speak() -> None:
    filipino = language_of("tl")
    assert filipino is not None
    assert not filipino.basic_voice
    with pytest.raises(InvalidInputError):
        Espeak("tl", words_per_minute=160, pitch=46, pitch_range=58)


@pytest.mark.parametrize(
    ("code", "text", "heard"),
    [
        ("ja", "今日は良い天気ですね。", "tʃˈaɪniːz"),
        ("th", "วันนี้อากาศดีมาก", "wmn"),
        ("he", "מזג האוויר יפה היום", "mzɡ"),
    ],
)
def test_what_espeak_spells_or_reads_without_vowels_counts_as_not_spoken(code: str, text: str, heard: str) -> None:
    language = language_of(code)
    assert language is not None
    assert not language.basic_voice
    assert "espeak-ng" in language.note
    said = Espeak(code, words_per_minute=160, pitch=46, pitch_range=58).synthesise(text)
    assert heard in "".join(onset.phoneme for onset in said.onsets), "espeak-ng has learnt it: look again"


def test_tags_are_taken_apart() -> None:
    assert (primary_code("pt_BR"), region_of("pt_BR")) == ("pt", "BR")
    assert (primary_code("EN"), region_of("en")) == ("en", "")
    assert region_of("zh-Hans-CN") == "CN"
    assert region_of("en-029") == ""
    assert language_of("de-AT") is language_of("de")
    assert language_of("xx") is None
