"""Who says "mm-hm" listens; who says more wants to be heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.layers.flow.backchannels import is_backchannel


@pytest.mark.parametrize(
    "words", ["Mm-hmm.", "Yeah.", "Yeah, yeah.", "Oh, okay.", "Right, right.", "I see.", "Uh-huh", "Got it. Okay."]
)
def test_a_listener_says_so(words: str) -> None:
    assert is_backchannel(words, "en")


@pytest.mark.parametrize(
    "words",
    [
        "Stop.",
        "No.",
        "Wait, what?",
        "Really?",
        "Yeah, but no.",
        "Okay, next question",
        "Right here",
        "yeah " * 6,
        "...",
        "",
    ],
)
def test_somebody_who_wants_the_floor_does_not(words: str) -> None:
    assert not is_backchannel(words, "en")


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Oui, d’accord."), ("de", "Ach so, genau."), ("es", "Sí, claro.")]
)
def test_every_language_has_its_own(language: str, words: str) -> None:
    assert is_backchannel(words, language)
    assert not is_backchannel(words, "en")


def test_a_language_without_a_list_is_taken_for_english() -> None:
    assert is_backchannel("Mm-hm.", "ja")


@given(st.text(max_size=60), st.sampled_from(["en", "fr", "xx"]))
def test_any_text_is_answered(words: str, language: str) -> None:
    assert is_backchannel(words, language) in {True, False}
