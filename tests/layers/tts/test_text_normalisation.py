"""Text as a language model writes it, said as a person would."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.layers.tts.text_normalisation import normalise


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("It costs $19.99.", "It costs nineteen dollars and ninety-nine cents."),
        ("$1, €2.50, £0.01", "one dollar, two euros and fifty cents, one penny"),
        ("$3.5bn or $5 million", "three point five billion dollars or five million dollars"),
        ("$1,250/month", "one thousand two hundred fifty dollars per month"),
        ("Dr. Smith and Mr. Lee", "Doctor Smith and Mister Lee"),
        ("fruit, e.g. apples, pears, etc.", "fruit, for example, apples, pears, et cetera."),
        ("St. John on Main St.", "Saint John on Main Street"),
        ("2026-11-20", "November twentieth, twenty twenty-six"),
        ("3/4/2025", "March fourth, twenty twenty-five"),
        ("31/12/2025", "December thirty-first, twenty twenty-five"),
        ("Nov 20, 2026 and May 5", "November twentieth, twenty twenty-six and May fifth"),
        ("at 3:30 pm.", "at three thirty P M."),
        ("10:00, 15:05", "ten o'clock, fifteen oh five"),
        ("5% and 5-10 %", "five percent and five to ten percent"),
        ("the 21st of the 1990s", "the twenty-first of the nineteen nineties"),
        ("20 km/h, 1 kg, 30°C", "twenty kilometers per hour, one kilogram, thirty degrees Celsius"),
        ("Call 555-0123.", "Call five five five, zero one two three."),
        (
            "+1 (555) 010-4477",
            "plus one, five five five, zero one zero, four four seven seven",
        ),
        ("ann.lee@example.com", "ann dot lee at example dot com"),
        ("https://www.example.com/docs?x=1.", "example dot com slash docs."),
        ("in 1999 and 1905", "in nineteen ninety-nine and nineteen oh five"),
        ("1,234.5 people", "one thousand two hundred thirty-four point five people"),
        ("-5 and 3.14", "minus five and three point one four"),
        ("3/4 cup and ½ tsp", "three quarters cup and one half tsp"),
        ("version 3.11.2", "version three point eleven point two"),
        ("007", "zero zero seven"),
        ("2 + 2 = 4 & 2*3", "two plus two equals four and two times three"),
    ],
)
def test_english(written: str, said: str) -> None:
    assert normalise(written, "en-US") == said
    assert normalise(said, "en-US") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("That is **bold** and *really* good 😀!", "That is bold and really good!"),
        ("*smiles* Hello there.", "Hello there."),
        ("Good. *pauses for a moment* Now then.", "Good. Now then."),
        ("[laughs] Right.", "Right."),
        ("# Title\n- one\n- two", "Title. one. two"),
        ("Use `print`, see [the manual](http://example.com/x).", "Use print, see the manual."),
        ("<b>Hi</b> there", "Hi there"),
        ("“Yes”, it’s fine…", '"Yes", it\'s fine...'),
        ("👩‍👩‍👧 ok 🇩🇪 1️⃣", "ok 1"),
        ("a\u00a0b\u200bc\x07d", "a bc d"),
    ],
)
def test_markup_goes_in_every_language(written: str, said: str) -> None:
    assert normalise(written, "de-DE") == said


def test_other_languages_keep_their_numbers() -> None:
    assert normalise("Es kostet **19,99 €**.", "de") == "Es kostet 19,99 €."


@given(words=st.lists(st.from_regex(r"[A-Za-z]{1,12}", fullmatch=True), min_size=1, max_size=12))
def test_plain_words_stay(words: list[str]) -> None:
    text = " ".join(words)
    assert normalise(text, "en-US") == text


@settings(max_examples=400, deadline=None)
@given(text=st.text(max_size=120), language=st.sampled_from(["en-US", "en", "fr-FR", "", "x"]))
@example(text="99/99/2025 2025-99-99 99:99 1/0 1st 0th 00 4/31/2024 $.5 -", language="en")
def test_any_text_becomes_one_line_without_control_characters(text: str, language: str) -> None:
    said = normalise(text, language)
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Cf", "Zl", "Zp"} for character in said)
    assert said == said.strip()


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet="0123456789 .,:/-$€%°#@+*_[]()<>'\"~=&kmhstndpaT\n", max_size=60))
def test_any_arrangement_of_numbers_and_signs_is_said_without_digits(text: str) -> None:
    assert not any("0" <= character <= "9" for character in normalise(text, "en-US"))


@pytest.mark.parametrize("piece", [" ", "*", "1", "1,", "a.", "[", "<a ", "_", "\n", "-", "1-", "a@", "http://", "``"])
def test_long_runs_take_no_quadratic_time(piece: str) -> None:
    assert len(normalise(piece * 20_000, "en-US")) < 20_000 * 30
