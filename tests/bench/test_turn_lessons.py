"""Read sentences teach ends of turns: whole, and broken off between two words."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.bench.turn_lessons import Lesson, lessons, read_sentences
from engine.bench.turn_moments import Hearing
from engine.layers.audio import HEARING_RATE, Samples
from tests.fakes.layers import ScriptedEndOfTurn, ScriptedRecognizer, WordlessJudge

TEXTS = ("one two three four", "five six seven eight", "nine")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of three sentences, each half a second a word."""
    (tmp_path / "flac").mkdir()
    rows = []
    for number, text in enumerate(TEXTS):
        said = np.tile(np.append(np.full(7000, 0.3), np.zeros(1000)), len(text.split())).astype(np.float32)
        soundfile.write(tmp_path / "flac" / f"s{number}.flac", said, HEARING_RATE)
        rows.append(f"s{number}|{text}\n")
    (tmp_path / "metadata.csv").write_text("".join(rows))
    return tmp_path


@pytest.fixture
def recognizer() -> ScriptedRecognizer:
    return ScriptedRecognizer(["words"])


def word_starts(sound: Samples, text: str) -> list[float]:
    return [index / 2 for index in range(len(text.split()))]


def taught(folder: Path, recognizer: ScriptedRecognizer, count: int = 3, seed: int = 1) -> list[Lesson]:
    hearing = Hearing(ScriptedEndOfTurn(), recognizer, WordlessJudge())
    return list(lessons(read_sentences(folder), word_starts, hearing, count, seed))


def test_each_sentence_is_heard_whole_and_broken_where_it_has_a_place(
    folder: Path, recognizer: ScriptedRecognizer
) -> None:
    by_sentence: dict[str, list[bool]] = {}
    for lesson in taught(folder, recognizer):
        by_sentence.setdefault(lesson.sentence, []).append(lesson.over)
    assert by_sentence == {"s0": [False, True], "s1": [False, True], "s2": [True]}


def test_a_broken_sentence_is_shorter_and_ends_between_words(folder: Path, recognizer: ScriptedRecognizer) -> None:
    taught(folder, recognizer, count=1)
    broken, whole = recognizer.calls
    assert 0.7 + 0.4 < broken < whole - 0.35 < 2.4
    assert broken - 0.4 == pytest.approx(round(2 * (broken - 0.4)) / 2, abs=0.12)


def test_the_same_seed_gives_the_same_lessons(folder: Path, recognizer: ScriptedRecognizer) -> None:
    assert taught(folder, recognizer) == taught(folder, recognizer)


def test_no_more_sentences_than_asked_for(folder: Path, recognizer: ScriptedRecognizer) -> None:
    assert len({lesson.sentence for lesson in taught(folder, recognizer, count=2)}) == 2
