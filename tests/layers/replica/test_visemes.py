"""Mouth shapes of phonemes."""

import pytest

from engine.layers.replica.visemes import CLOSED, SILENCE, visemes_of
from engine.layers.tts.basic_voice import BasicVoice


@pytest.mark.parametrize("phoneme", ["p", "b", "m"])
def test_bilabials_close_the_lips(phoneme: str) -> None:
    (viseme,) = visemes_of(phoneme)
    assert viseme.closes
    assert viseme.shape.openness == 0.0


def test_open_vowels_open_wider_than_close_ones() -> None:
    opened = [visemes_of(phoneme)[0].shape.openness for phoneme in ("ɑː", "ɛ", "ə", "iː")]
    assert opened == sorted(opened, reverse=True)
    assert opened[0] > 0.8


@pytest.mark.parametrize("phoneme", ["uː", "w", "oʊ", "ʊ"])
def test_rounded_sounds_draw_the_corners_in(phoneme: str) -> None:
    shape = visemes_of(phoneme)[0].shape
    assert shape.rounding > 0.7
    assert shape.width < -0.4


def test_teeth_and_tongue_show_where_they_make_the_sound() -> None:
    assert visemes_of("f")[0].shape.teeth == 1.0
    assert visemes_of("θ")[0].shape.tongue == 1.0


@pytest.mark.parametrize(("phoneme", "parts"), [("aɪ", 2), ("tʃ", 2), ("ɑː", 1), ("ˈoʊ", 2), ("n̩", 1), ("aɪɚ", 3)])
def test_a_phoneme_of_several_letters_passes_through_several_shapes(phoneme: str, parts: int) -> None:
    assert len(visemes_of(phoneme)) == parts


@pytest.mark.parametrize("silence", ["", "ː", "ˈ", "?", "1"])
def test_what_is_no_letter_is_silence(silence: str) -> None:
    assert visemes_of(silence) == (SILENCE,)
    assert SILENCE.shape == CLOSED


@pytest.mark.parametrize("language", ["en-US", "de", "fr", "es", "it", "pl"])
def test_what_espeak_says_in_real_sentences_is_in_the_table(language: str) -> None:
    text = "The quick brown fox jumps over the lazy dog, Jean voyage nature, Ich möchte schön grüßen, garçon año pięć."
    phonemes = {span.phoneme for span in BasicVoice(language).speak(text).phonemes if span.phoneme}
    fallback = visemes_of("ə")
    unknown = {name for name in phonemes if visemes_of(name) == fallback and name[0] not in "əɘɨᵻɵɤ"}
    assert not unknown
