"""What becomes of a reply that somebody speaks into."""

import json
from pathlib import Path

import pytest

from engine.bench.flow_barge import TEXT, BargeClip, barge_scores, judged, load_barge_clips
from engine.errors import InvalidInputError, VisavisError

ONSET = 10.0


def clip(kind: str) -> BargeClip:
    return BargeClip(Path("a.flac"), kind, 0.0)


def sounding(*stretches: tuple[float, float]) -> list[float]:
    """When each 20 ms of sound came."""
    return [begin + 0.02 * tick for begin, end in stretches for tick in range(1, round((end - begin) / 0.02) + 1)]


def whole(**more: object) -> dict[str, object]:
    return {"speech": TEXT, "interrupted": False, **more}


def test_who_is_talked_over_stopped_nothing() -> None:
    trial = judged(clip("noise"), 2.0, ONSET, sounding((8.0, 16.0)), whole())
    assert (trial.stopped, trial.silent_ms, trial.paused_ms, trial.words_lost) == (False, None, None, 0)


def test_a_short_silence_is_a_pause() -> None:
    trial = judged(clip("backchannel"), 2.0, ONSET, sounding((8.0, 10.2), (10.8, 16.0)), whole())
    assert not trial.stopped
    assert trial.paused_ms == pytest.approx(620, abs=1)
    assert trial.silent_ms == pytest.approx(200, abs=1)


def test_a_long_silence_is_a_stop_whatever_is_told() -> None:
    assert judged(clip("backchannel"), 2.0, ONSET, sounding((8.0, 10.2), (11.5, 16.0)), whole()).stopped


def test_a_reply_that_is_told_as_interrupted_has_stopped() -> None:
    said = {"speech": "The river that", "interrupted": True}
    trial = judged(clip("interruption"), 2.0, ONSET, sounding((8.0, 10.24)), said)
    assert trial.stopped
    assert trial.silent_ms == pytest.approx(240, abs=1)
    assert trial.words_lost == 0


def test_a_reply_of_which_nothing_is_told_has_stopped() -> None:
    assert judged(clip("noise"), 2.0, ONSET, sounding((8.0, 10.2)), None).stopped


def test_words_that_were_never_heard_are_counted() -> None:
    said = whole(speech=TEXT.rsplit(" ", 3)[0])
    assert judged(clip("noise"), 2.0, ONSET, sounding((8.0, 16.0)), said).words_lost == 3


def test_figures_are_told_apart_by_what_was_heard() -> None:
    trials = [
        judged(clip("interruption"), 2.0, ONSET, sounding((8.0, 10.2)), None),
        judged(clip("interruption"), 2.0, ONSET, sounding((8.0, 16.0)), whole()),
        judged(clip("backchannel"), 2.0, ONSET, sounding((8.0, 10.2), (10.8, 16.0)), whole()),
        judged(clip("backchannel"), 2.0, ONSET, sounding((8.0, 10.2)), None),
        judged(clip("noise"), 2.0, ONSET, sounding((8.0, 16.0)), whole()),
    ]
    scores = barge_scores(trials)
    assert scores["barge_in_ms"]["p50"] == pytest.approx(200, abs=1)
    assert scores["missed_interruptions"] == 1
    assert scores["stops_by_backchannel_rate"] == 0.5
    assert scores["stops_by_noise"] == scores["pauses_by_noise"] == 0
    assert scores["resume_ms"]["p95"] == pytest.approx(620, abs=1)


def test_clips_are_read_from_a_folder_or_its_sub_folder(tmp_path: Path) -> None:
    folder = tmp_path / "barge"
    folder.mkdir()
    (folder / "barge.jsonl").write_text(json.dumps({"file": "bc.flac", "kind": "backchannel", "onset": 0.1}) + "\n")
    assert load_barge_clips(tmp_path) == load_barge_clips(folder) == [BargeClip(folder / "bc.flac", "backchannel", 0.1)]
    assert load_barge_clips(None) == []


def test_a_folder_without_clips_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="--data"):
        load_barge_clips(tmp_path)
    (tmp_path / "barge.jsonl").write_text("{}\n")
    with pytest.raises(VisavisError, match=r"barge\.jsonl"):
        load_barge_clips(tmp_path)
