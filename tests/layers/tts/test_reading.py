"""Clauses made ready to be spoken."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP
from piper.phonemize_espeak import EspeakPhonemizer

from engine.layers.tts.pronunciations import Pronunciations
from engine.layers.tts.reading import Phonemes, Plain, espeak_input, piper_sentences, read
from engine.layers.tts.text_normalisation import normalise

DICTIONARY = Pronunciations.compiled(
    [
        {"text": "gyro", "pronunciation": "ˈjiːɹoʊ", "type": "ipa"},
        {"text": "Nguyen", "pronunciation": "/ŋwɪn/", "type": "ipa"},
        {"text": "SQL", "pronunciation": "sequel", "type": "alias"},
        {"text": "fee", "pronunciation": "$5", "type": "alias"},
    ]
)


@pytest.fixture(scope="module")
def espeak() -> EspeakPhonemizer:
    return EspeakPhonemizer()


def sentences(espeak: EspeakPhonemizer, text: str) -> list[str]:
    reading = read(text, "en-US", DICTIONARY)
    phonemes = piper_sentences(
        reading, lambda words: list(espeak.phonemize("en-us", words)), DEFAULT_PHONEME_ID_MAP, "en-US"
    )
    return ["".join(sentence) for sentence in phonemes]


def test_dictionary_words_come_before_normalisation() -> None:
    assert read("The fee for SQL", "en", DICTIONARY).text == "The five dollars for sequel"


def test_ipa_becomes_a_segment_and_the_rest_is_normalised_around_it() -> None:
    reading = read("**Dr. Nguyen** paid $5.", "en", DICTIONARY)
    assert reading.segments == (Plain("Doctor "), Phonemes("/ŋwɪn/", "Nguyen"), Plain(" paid five dollars."))
    assert reading.text == "Doctor Nguyen paid five dollars."
    assert [(word.text, word.first, word.last) for word in reading.words] == [
        ("Doctor", 0, 0), ("Nguyen", 1, 1), ("paid", 2, 2), ("five", 3, 3), ("dollars.", 3, 3),
    ]  # fmt: skip
    assert reading.written == ("**Dr.", "Nguyen**", "paid", "$5.")


def test_a_text_cannot_bring_phonemes_of_its_own(espeak: EspeakPhonemizer) -> None:
    for text in ("say \U000f0000 now", "say \U000f0000 now, Nguyen"):
        assert "\U000f0000" not in read(text, "en", DICTIONARY).text
    reading = read("[[h@l'oU]] [[[x]]] gyro", "en", DICTIONARY)
    assert espeak_input(reading, "en").count("[[") == 1
    assert "həlˈoʊ" not in sentences(espeak, "[[həlˈoʊ]]")[0]
    assert "həlˈoʊ" not in sentences(espeak, "[[həlˈoʊ]] gyro")[0]


def test_without_a_dictionary_word_piper_is_asked_once_for_all(espeak: EspeakPhonemizer) -> None:
    assert sentences(espeak, "Yes, please. No?") == ["".join(s) for s in espeak.phonemize("en-us", "Yes, please. No?")]


@pytest.mark.parametrize(
    ("text", "phonemes"),
    [
        ("A gyro, please.", ["ɐ jˈiːɹoʊ, plˈiːz."]),
        ("Is it Nguyen? Yes!", ["ɪz ɪt ŋwɪn?", "jˈɛs!"]),
        ("of the gyro for a Nguyen", ["ʌvðə jˈiːɹoʊ fɚɹə ŋwɪn"]),
        ("Gyro's here", ["jˈiːɹoʊz hˈɪɹ"]),
        ("Hello. Gyro", ["həlˈoʊ.", "jˈiːɹoʊ"]),
        ("(gyro) now", ["jˈiːɹoʊ nˈaʊ"]),
        ("gyro gyro", ["jˈiːɹoʊ jˈiːɹoʊ"]),
        ("gyro...", ["jˈiːɹoʊ."]),
    ],
)
def test_ipa_joins_the_phonemes_of_its_sentence(espeak: EspeakPhonemizer, text: str, phonemes: list[str]) -> None:
    assert sentences(espeak, text) == phonemes


def test_espeak_gets_mnemonics_in_english_and_the_written_word_elsewhere() -> None:
    assert espeak_input(read("A gyro's price", "en", DICTIONARY), "en-us") == "A [[j|'i:|r|oU|z]] price"
    assert espeak_input(read("Ein Gyro", "de", DICTIONARY), "de") == "Ein Gyro"


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=80), language=st.sampled_from(["en-US", "de", "x"]))
def test_any_text_can_be_read(text: str, language: str) -> None:
    reading = read(text, language, DICTIONARY)
    assert list(reading.written) == text.split()
    starts = [word.first for word in reading.words]
    assert all(0 <= word.first <= word.last < len(reading.written) for word in reading.words)
    assert starts == sorted(starts)
    assert read(text, language).text == normalise(text, language)
    espeak_input(reading, language)
