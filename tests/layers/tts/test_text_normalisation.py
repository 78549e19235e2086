"""Text as a language model writes it, said as a person would."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.layers.tts.text_normalisation import normalise

ABBREVIATED = {
    "vs",
    "approx",
    "btw",
    "etc",
    "tbsp",
    "tsp",
    "pls",
    "thx",
    "dept",
    "govt",
    "aka",
    "dr",
    "mr",
    "mrs",
    "ms",
    "prof",
    "st",
    "ave",
}
"""Words that are short for others even without a dot."""
TABLE = Path(__file__).parent / "normalisation_cases.txt"
CASES = [tuple(line.split(" => ")) for line in TABLE.read_text("utf-8").splitlines() if " => " in line]


def test_the_table_has_two_hundred_cases() -> None:
    assert len({written for written, _ in CASES}) == len(CASES) >= 200


@pytest.mark.parametrize(("written", "said"), CASES)
def test_english_is_said_as_the_table_has_it(written: str, said: str) -> None:
    assert normalise(written, "en-US") == said


@pytest.mark.parametrize("said", [said for _, said in CASES])
def test_what_is_said_stays_when_it_is_read_again(said: str) -> None:
    assert normalise(said, "en-US") == said


@pytest.mark.parametrize("text", [written for written, _ in CASES])
def test_it_does_not_matter_what_stands_around(text: str) -> None:
    alone = normalise(text, "en-US").rstrip(".!")
    if text[0] not in "#@" and not text.isupper():
        assert normalise(f"Well, {text}", "en-US").casefold().startswith(f"well, {alone}".casefold())


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


def test_a_caret_is_said_only_as_a_power() -> None:
    assert normalise("^ a^ 2^3", "en") == "a two cubed"


@given(
    words=st.lists(
        st.from_regex(r"[A-Z]?[a-z]{2,12}", fullmatch=True).filter(lambda word: word.lower() not in ABBREVIATED),
        min_size=1,
        max_size=12,
    )
)
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


@pytest.mark.parametrize(
    "piece",
    [
        " ",
        "*",
        "1",
        "1,",
        "a.",
        "[",
        "<a ",
        "_",
        "\n",
        "-",
        "1-",
        "a@",
        "http://",
        "``",
        "$",
        "1/",
        "1:",
        "A.",
        "AB ",
        "a@b.",
        "#a",
        "1 1/2 ",
        "°C",
        "-5",
        "St. ",
        "I",
        "X",
        "^2",
        "1x",
        "12,3",
        "a_b-",
        "\u0301",
        "1h ",
        "Jan 1 ",
        "№",
        "+1 ",
        "1e5",
    ],
)
def test_long_runs_take_no_quadratic_time(piece: str) -> None:
    assert len(normalise(piece * 5_000, "en-US")) < 5_000 * 30
