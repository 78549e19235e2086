"""The phonetic alphabet of dictionaries and of voices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

from engine.layers.tts.ipa import espeak_mnemonics, fitted, has_sound, symbols, unknown_symbols


@pytest.mark.parametrize(
    ("ipa", "said"),
    [
        ("ˈtɑːvəs", "ˈtɑːvəs"),
        ("ˈ|t|ɑː|v|ə|s", "ˈtɑːvəs"),
        ("/t͡ʃɪp/", "tʃɪp"),
        ("[ʤɪm]", "dʒɪm"),
        ("'gu:d.wɪl", "ˈɡuːdwɪl"),
        ("ç", "c\u0327"),
    ],
)
def test_one_spelling_for_each_sound(ipa: str, said: str) -> None:
    assert "".join(symbols(ipa)) == said
    assert unknown_symbols(ipa) == ()


def test_what_is_no_ipa_is_named_once() -> None:
    assert unknown_symbols("JEE-roh 5J") == ("J", "E", "5")
    assert not has_sound("ˈ| .")


def test_every_letter_of_the_alphabet_is_known_to_voices_in_the_piper_format() -> None:
    letters = [symbol for symbol in DEFAULT_PHONEME_ID_MAP if symbol.isalpha() and symbol != "X"]
    assert [symbol for symbol in letters if unknown_symbols(symbol)] == []


@pytest.mark.parametrize(
    ("ipa", "said"),
    [
        ("ˈjiːɹoʊ", "jˈiːɹoʊ"),
        ("ŋwiən", "ŋwiən"),
        ("maˈnʁɛ̃", "mɑnɹˈɛn"),
        ("ˈʃøːn", "ʃˈɜːn"),
        ("pe.so", "pɛsoʊ"),
        ("baɪ", "baɪ"),
        ("ɲoki", "njoʊki"),
        ("bax", "bɑk"),
    ],
)
def test_an_english_voice_says_foreign_sounds_as_english_speakers_do(ipa: str, said: str) -> None:
    assert "".join(fitted(symbols(ipa), DEFAULT_PHONEME_ID_MAP, "en-US")) == said


def test_other_voices_say_what_they_know() -> None:
    assert "".join(fitted(symbols("ˈʃøːn"), DEFAULT_PHONEME_ID_MAP, "de-DE")) == "ʃˈøːn"
    assert fitted(symbols("ɾøʔ"), {"d", "ɜ"}, "xx") == ("d", "ɜ")


@given(ipa=st.text(max_size=40))
def test_any_text_is_sorted_into_symbols_and_the_rest(ipa: str) -> None:
    known = set(DEFAULT_PHONEME_ID_MAP)
    assert set(fitted(symbols(ipa), known, "en")) <= known
    assert all(symbol in ipa or symbol for symbol in unknown_symbols(ipa))
    mnemonics = espeak_mnemonics(ipa)
    assert mnemonics is None or not set(mnemonics) & set("[] <>")


@pytest.mark.parametrize(("ipa", "mnemonics"), [("ˈtɑːvəs", "t|'A:|v|@|s"), ("t͡ʃɜː", "tS|3:"), ("ˈ", None), ("", None)])
def test_espeak_mnemonics(ipa: str, mnemonics: str | None) -> None:
    assert espeak_mnemonics(ipa) == mnemonics
