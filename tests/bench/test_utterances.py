"""Recorded utterances whose words are known."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.bench.utterances import clips_with_text, sentences
from engine.errors import InvalidInputError, VisavisError
from engine.layers.audio import HEARING_RATE


def listed(path: Path, *rows: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def test_the_shipped_clips_all_have_text() -> None:
    clips = clips_with_text(None)
    assert len(clips) == 8
    for clip in clips:
        assert clip.said
        assert 2 * HEARING_RATE < clip.sound().size < 8 * HEARING_RATE


def test_clips_of_all_sub_folders_count_if_somebody_wrote_down_what_is_said(tmp_path: Path) -> None:
    listed(tmp_path / "turns" / "turns.jsonl", {"file": "a.flac", "transcript": "yes"}, {"file": "b.flac"})
    listed(tmp_path / "barge" / "barge.jsonl", {"file": "c.flac", "transcript": None}, ["no clip"])
    listed(tmp_path / "more" / "list.jsonl", {"file": "d.flac", "transcript": "no"}, {"transcript": "no file"})
    assert [(clip.path, clip.said) for clip in clips_with_text(tmp_path)] == [
        (tmp_path / "more" / "d.flac", "no"),
        (tmp_path / "turns" / "a.flac", "yes"),
    ]
    assert [clip.said for clip in clips_with_text(tmp_path / "turns")] == ["yes"]


def test_a_folder_without_clips_is_named(tmp_path: Path) -> None:
    listed(tmp_path / "turns.jsonl", {"file": "a.flac", "transcript": None})
    with pytest.raises(InvalidInputError, match=r"--data.*transcripts"):
        clips_with_text(tmp_path)


def test_a_list_that_is_not_json_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "turns.jsonl").write_text('{"file": "a.flac"}\nnonsense\n', "utf-8")
    with pytest.raises(VisavisError, match=r"turns\.jsonl, line 2"):
        clips_with_text(tmp_path)


def test_the_same_sentences_are_drawn_each_time(tmp_path: Path) -> None:
    lines = [f"s{number:02}|Sentence | {number}." for number in range(40)]
    (tmp_path / "metadata.csv").write_text("\n".join(lines), "utf-8")
    drawn = sentences(tmp_path, 10)
    assert drawn == sentences(tmp_path, 10)
    assert len({sentence.path for sentence in drawn}) == 10
    number = int(drawn[0].path.stem[1:])
    assert drawn[0].path == tmp_path / "flac" / f"s{number:02}.flac"
    assert drawn[0].said == f"Sentence | {number}."
    assert len(sentences(tmp_path, 100)) == 40


def test_a_folder_without_sentences_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"--sentences.*metadata\.csv"):
        sentences(tmp_path, 1)


def test_a_recording_of_another_rate_is_heard_at_ours(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    (tmp_path / "flac").mkdir()
    (tmp_path / "metadata.csv").write_text("s|A tone.\n", "utf-8")
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050)
    soundfile.write(tmp_path / "flac" / "s.flac", tone, 22_050)
    (sentence,) = sentences(tmp_path, 1)
    sound = sentence.sound()
    assert sound.size == pytest.approx(HEARING_RATE, abs=50)
    assert np.argmax(np.abs(np.fft.rfft(sound[: HEARING_RATE - 100]))) == pytest.approx(440, abs=5)
