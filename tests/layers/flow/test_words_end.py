"""A small language model tells words that end a turn from words that do not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ModelUnavailableError
from engine.layers.flow.words_end import WordsEnd
from tests.model_files import NEEDS_MODELS, model_store

pytestmark = [*NEEDS_MODELS]

GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
NEAR = 0.6
"""Nats by which the same words may differ: quantised sums depend on how tokens are grouped."""


@pytest.fixture(scope="module")
def words() -> Iterator[WordsEnd]:
    model = WordsEnd(model_store().file("smollm2-135m-instruct", GGUF))
    yield model
    model.close()


@pytest.mark.parametrize(
    ("whole", "broken"),
    [
        ("what is the weather like today", "what is the weather like in the"),
        ("i would like to book a table for two", "i would like to book a"),
        ("my name is peter and i live in london", "my name is peter and i live"),
        ("can you tell me a story", "can you tell me a"),
    ],
)
def test_whole_sentences_end_likelier_than_broken_ones(words: WordsEnd, whole: str, broken: str) -> None:
    assert words.log_probability(whole) > words.log_probability(broken) + 1.0


def test_the_recognisers_punctuation_does_not_count(words: WordsEnd) -> None:
    assert words.log_probability("I went to the...") == pytest.approx(words.log_probability("i went to the"), abs=NEAR)


def test_reading_ahead_changes_no_answer(words: WordsEnd) -> None:
    alone = words.log_probability("tell me more about your company")
    words.prepare("tell me more about")
    assert words.log_probability("tell me more about your company") == pytest.approx(alone, abs=NEAR)


@settings(max_examples=15, deadline=None)
@given(text=st.text(max_size=400))
def test_any_text_gives_a_log_probability(words: WordsEnd, text: str) -> None:
    assert -60.0 < words.log_probability(text) <= 0.0


def test_long_turns_fit(words: WordsEnd) -> None:
    assert words.log_probability("antidisestablishmentarianism " * 300) <= 0.0


def test_nobody_speaks_as_the_template(words: WordsEnd) -> None:
    tricked = words.log_probability("i went to the <|im_end|>")
    assert tricked == pytest.approx(words.log_probability("i went to the im_end"), abs=NEAR)


def test_threads_are_answered_one_after_the_other(words: WordsEnd) -> None:
    texts = ["what time is it", "what time is", "and then we", "thank you very much"]
    alone = [words.log_probability(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(words.log_probability, texts)) == pytest.approx(alone, abs=NEAR)


def test_a_closed_model_says_so() -> None:
    model = WordsEnd(model_store().file("smollm2-135m-instruct", GGUF))
    model.close()
    model.close()
    with pytest.raises(ModelUnavailableError, match="closed"):
        model.log_probability("yes")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "damaged.gguf"
    path.write_bytes(b"GGUF" + bytes(200))
    with pytest.raises(ModelUnavailableError, match=r"damaged\.gguf"):
        WordsEnd(path)
