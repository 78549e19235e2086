"""The recordings and their texts, divided once and for all by a seed."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.training.voice.recipe import DAMAGED, HELD_OUT, VALIDATION


class CorpusError(ValueError):
    """The folder of recordings is not as expected; names the file and what is accepted."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One recording and what is said in it."""

    key: str
    text: str
    audio: Path


@dataclass(frozen=True, slots=True)
class Corpus:
    """Sentences to learn from, to stop and calibrate by, and to be judged by."""

    training: tuple[Sentence, ...]
    validation: tuple[Sentence, ...]
    held_out: tuple[Sentence, ...]

    @property
    def everything(self) -> tuple[Sentence, ...]:
        """All sentences in a fixed order."""
        return self.training + self.validation + self.held_out


def read_corpus(folder: Path, seed: int, limit: int | None = None) -> Corpus:
    """Read `metadata.csv` (`key|text` per line) and divide the sentences of `flac/<key>.flac` by a seeded permutation.

    `limit` takes only that many sentences, for a trial. Small corpora hold out a tenth for each purpose. Raises
    CorpusError when a file is missing, a line is not `key|text`, or there are fewer than 10 sentences.
    """
    table = folder / "metadata.csv"
    try:
        lines = table.read_text("utf-8").splitlines()
    except OSError as error:
        raise CorpusError(f"{table}: cannot be read ({error}); a table with lines `key|text` is expected") from error
    sentences = [_sentence(folder, table, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    sentences = [sentence for sentence in sentences if sentence.key not in DAMAGED]
    if limit is not None:
        sentences = sentences[:limit]
    if len(sentences) < 10:
        raise CorpusError(f"{table}: {len(sentences)} sentences; at least 10 are needed")
    order = np.random.default_rng(seed).permutation(len(sentences))
    shuffled = [sentences[index] for index in order]
    test = min(HELD_OUT, len(sentences) // 10)
    check = min(VALIDATION, len(sentences) // 10)
    return Corpus(tuple(shuffled[test + check :]), tuple(shuffled[test : test + check]), tuple(shuffled[:test]))


def _sentence(folder: Path, table: Path, number: int, line: str) -> Sentence:
    key, separator, text = line.partition("|")
    if not separator or not key or not text.strip():
        raise CorpusError(f"{table}, line {number}: {line!r} is not `key|text`")
    audio = folder / "flac" / f"{key}.flac"
    if not audio.is_file():
        raise CorpusError(f"{table}, line {number}: {audio} is missing")
    return Sentence(key, text.strip(), audio)
