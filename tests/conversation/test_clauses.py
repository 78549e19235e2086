"""Where an answer is cut into clauses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conversation.clauses import LONGEST, ClauseSplitter


def split(text: str, size: int = 3) -> list[str]:
    splitter, clauses = ClauseSplitter(), []
    for start in range(0, len(text), size):
        clauses += splitter.feed(text[start : start + size])
    return clauses + splitter.flush()


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Hello there. How are you?", ["Hello there.", "How are you?"]),
        ("Well, yes.", ["Well, yes."]),
        ("Of course I can, and then we will see.", ["Of course I can,", "and then we will see."]),
        ("Dr. Smith lives at 5 St. James. He is in.", ["Dr. Smith lives at 5 St. James.", "He is in."]),
        ("It costs 3.50 today. Good.", ["It costs 3.50 today.", "Good."]),
        ("...", []),
        ("", []),
        ("No end", ["No end"]),
        ('He said "Stop!" and left.', ['He said "Stop!"', "and left."]),
    ],
)
def test_clauses_end_where_a_speaker_breathes(text: str, clauses: list[str]) -> None:
    assert split(text) == clauses


def test_the_first_clause_is_given_before_the_sentence_ends() -> None:
    splitter = ClauseSplitter()
    assert splitter.feed("I would love to help you, but first ") == ["I would love to help you,"]


def test_text_without_punctuation_is_cut_at_a_space() -> None:
    clauses = split("word " * 100)
    assert all(len(clause) <= LONGEST for clause in clauses)
    assert " ".join(clauses).split() == ["word"] * 100


@given(st.text(alphabet="ab.,;!? \n1D", max_size=300), st.integers(1, 20))
def test_no_word_is_lost_and_none_is_added(text: str, size: int) -> None:
    said = "".join(split(text, size))
    assert [c for c in said if c.isalnum()] == [c for c in text if c.isalnum()]


@pytest.mark.parametrize("text", ["1. " * 6_000, "word " * 4_000, "x" * 20_000, "J. " * 6_000, ", " * 10_000])
def test_a_long_text_that_comes_whole_is_cut_like_one_that_is_written(text: str) -> None:
    clauses = split(text, size=len(text))
    assert all(len(clause) <= LONGEST for clause in clauses)
    assert [c for c in "".join(clauses) if c.isalnum()] == [c for c in text if c.isalnum()]


def test_a_mark_of_emotion_begins_a_clause_and_does_not_count_as_words() -> None:
    splitter = ClauseSplitter()
    text = '<emotion value="sad"/> Oh, that is bad <emotion value="happy"/>but now, it is over. No.<emotion value="calm"/> Yes.'
    clauses = [clause for character in text for clause in splitter.feed(character)] + splitter.flush()
    assert clauses == [
        '<emotion value="sad"/> Oh, that is bad',
        '<emotion value="happy"/>but now, it is over.',
        "No.",
        '<emotion value="calm"/> Yes.',
    ]
