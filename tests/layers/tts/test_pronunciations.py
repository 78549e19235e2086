"""Words that a dictionary says otherwise."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.layers.tts.pronunciations import NO_PRONUNCIATIONS, Pronunciations
from engine.layers.tts.traced_text import TracedText


def rule(text: str, said: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "pronunciation": said, "type": "alias", **more}


def said(text: str, *rules: dict[str, Any]) -> str:
    return Pronunciations.compiled(rules).applied(TracedText.of(text))[0].text


@pytest.mark.parametrize(
    ("rules", "text", "expected"),
    [
        ([rule("SQL", "sequel")], "SQL and sql, MySQL.", "sequel and sequel, MySQL."),
        ([rule("SQL", "sequel", word_boundaries=False)], "MySQL", "Mysequel"),
        ([rule("Polish", "Poe-lish", case_sensitive=True)], "polish Polish POLISH", "polish Poe-lish POLISH"),
        ([rule("St", "street"), rule("Houston St", "How-ston street")], "Houston St St", "How-ston street street"),
        ([rule("New York", "Noo Yawk")], "new\nyork, New\u00a0York", "Noo Yawk, Noo Yawk"),
        ([rule("O'Hare", "oh hair")], "O\u2019Hare", "oh hair"),
        ([rule("Tavus", "TAH-vus")], "Tavus's", "tah-vus's"),
        ([rule("C++", "see plus plus")], "C++, C+++ and ABC++", "see plus plus, see plus plus+ and ABC++"),
        ([rule("Zoë", "Zoh-ee")], "ZOË zoe\u0308 Zoëtrope", "Zoh-ee Zoh-ee Zoëtrope"),
        ([rule("東京", "Tokyo")], "私は東京です", "私はTokyoです"),
        ([rule("ab", "ba"), rule("ba", "ab")], "ab ba", "ba ab"),
        ([rule("gyro", "jai-ro"), rule("Gyro", "yee-ro", case_sensitive=True)], "Gyro gyro", "yee-ro jai-ro"),
        ([rule("USA", "U S A")], "USA", "U S A"),
    ],
)
def test_words_are_replaced_by_the_longest_text_that_fits(rules: list[Any], text: str, expected: str) -> None:
    assert said(text, *rules) == expected


def test_ipa_leaves_a_mark_where_the_word_was() -> None:
    dictionary = Pronunciations.compiled([rule("gyro", "ˈjiːɹoʊ", type="ipa"), rule("x", "ˈ", type="ipa")])
    text, ipa = dictionary.applied(TracedText.of("a gyro, x gyro"))
    assert (text.text, ipa) == ("a \U000f0000, x \U000f0001", ("ˈjiːɹoʊ", "ˈjiːɹoʊ"))
    assert (text.starts[2], text.ends[2]) == (2, 6)


def test_dictionaries_are_values() -> None:
    rules = [rule("SQL", "sequel")]
    assert Pronunciations.compiled(rules) == Pronunciations.compiled(rules)
    assert hash(Pronunciations.compiled(rules)) == hash(Pronunciations.compiled(rules))
    assert Pronunciations.compiled([]) == NO_PRONUNCIATIONS


@settings(max_examples=300)
@given(
    text=st.text(max_size=60),
    rules=st.lists(
        st.builds(
            rule, st.text(min_size=1, max_size=6), st.text(min_size=1, max_size=6),
            case_sensitive=st.booleans(), word_boundaries=st.booleans(), type=st.sampled_from(["alias", "ipa"]),
        ),
        max_size=6,
    ),
)  # fmt: skip
def test_any_dictionary_is_applied_to_any_text(text: str, rules: list[dict[str, Any]]) -> None:
    applied, _ = Pronunciations.compiled(rules).applied(TracedText.of(text))
    assert len(applied.text) == len(applied.starts) == len(applied.ends)
