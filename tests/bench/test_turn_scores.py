"""Decisions that a turn is over, held against clips."""

from pathlib import Path

import pytest

from engine.bench.clips import Clip
from engine.bench.turn_scores import DecidedClip, turn_scores


def clip(kind: str = "natural", end: float | None = 6.0) -> Clip:
    return Clip(Path("a.flac"), kind, end, None, ((0.5, 2.0), (3.0, 4.0), (5.0, 6.0)), ((2.0, 3.0), (4.0, 5.0)))


def test_a_decision_in_a_pause_is_a_cut_in_and_the_first_after_the_end_gives_the_delay() -> None:
    decided = DecidedClip(clip(), [2.6, 6.4, 7.0])
    assert decided.cut == {0}
    assert decided.delay == pytest.approx(0.4)


def test_two_decisions_in_one_pause_are_one_cut_in() -> None:
    assert DecidedClip(clip(), [2.3, 2.9]).cut == {0}


def test_a_decision_in_speech_is_charged_to_the_pause_before_it_or_else_to_the_clip() -> None:
    assert DecidedClip(clip(), [3.5]).cut == {0}
    assert DecidedClip(clip(), [1.0]).cut == {-1}


def test_a_mark_may_be_off_by_50_ms() -> None:
    assert DecidedClip(clip(), [5.96]).cut == set()
    assert DecidedClip(clip(), [5.96]).delay == 0.0


def test_who_would_go_on_is_cut_by_every_decision() -> None:
    decided = DecidedClip(clip("hold_only", None), [6.5])
    assert decided.cut == {1}
    assert decided.delay is None


def test_figures_are_told_apart_by_whose_pauses_they_are() -> None:
    scores = turn_scores(
        [
            DecidedClip(clip(), [6.2]),
            DecidedClip(clip("hold_only", None), []),
            DecidedClip(clip("inserted"), [2.5, 4.5]),
        ]
    )
    assert scores["cut_in_rate"] == pytest.approx(2 / 6, abs=0.001)
    assert scores["natural"]["cut_in_rate"] == 0.0
    assert scores["inserted"]["cut_in_rate"] == 1.0
    assert scores["missed_ends"] == 1
    assert scores["natural"]["missed_ends"] == 0
    assert scores["delay_ms"]["p50"] == pytest.approx(200.0)
    assert scores["clips_cut_rate"] == pytest.approx(1 / 3, abs=0.001)
