"""What is loaded for turn taking."""

from pathlib import Path

import pytest

from engine.loading import WORDS_MODEL, load_turn_judge
from models.store import ModelStore
from tests.model_files import NEEDS_MODELS, model_store

pytestmark = [*NEEDS_MODELS]


def test_words_that_end_a_turn_shorten_the_wait() -> None:
    judge = load_turn_judge(model_store())
    assert judge is not None
    try:
        done, undone = (judge.examine(0.5, text) for text in ("What time is it?", "What time is the"))
        assert judge.wait(done, "medium") < judge.wait(undone, "medium")
    finally:
        judge.close()


def test_without_the_words_model_it_is_left_to_the_sound(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert load_turn_judge(ModelStore(tmp_path)) is None
    assert WORDS_MODEL in caplog.text
