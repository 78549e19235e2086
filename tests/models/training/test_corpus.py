"""Reading and dividing the recordings."""

from pathlib import Path

import pytest

from models.training.voice.corpus import CorpusError, read_corpus


def test_every_sentence_is_in_exactly_one_part(corpus_folder: Path) -> None:
    corpus = read_corpus(corpus_folder, seed=1)
    keys = [sentence.key for sentence in corpus.everything]
    assert len(keys) == len(set(keys)) == 12
    assert (len(corpus.held_out), len(corpus.validation), len(corpus.training)) == (1, 1, 10)


def test_the_seed_alone_decides_the_division(corpus_folder: Path) -> None:
    assert read_corpus(corpus_folder, seed=5) == read_corpus(corpus_folder, seed=5)
    divisions = {read_corpus(corpus_folder, seed=seed).held_out for seed in range(8)}
    assert len(divisions) > 1


def test_a_trial_takes_the_first_sentences_only(corpus_folder: Path) -> None:
    corpus = read_corpus(corpus_folder, seed=1, limit=10)
    assert sorted(sentence.key for sentence in corpus.everything) == [f"s{number:02}" for number in range(10)]


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("s00 We sat down.\n", r"line 1: 's00 We sat down\.' is not `key\|text`"),
        ("s00|We sat down.\n\ns99|Nobody said this.\n", "line 3: .*s99.flac is missing"),
        ("s00|We sat down.\n", "1 sentences; at least 10 are needed"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(
    corpus_folder: Path, tmp_path: Path, table: str, complaint: str
) -> None:
    (tmp_path / "flac").symlink_to(corpus_folder / "flac")
    (tmp_path / "metadata.csv").write_text(table, "utf-8")
    with pytest.raises(CorpusError, match=complaint):
        read_corpus(tmp_path, seed=1)


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"metadata\.csv: cannot be read"):
        read_corpus(tmp_path, seed=1)
