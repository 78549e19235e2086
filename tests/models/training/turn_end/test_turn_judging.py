"""Cut-ins, delays and missed ends of waiting, and nobody judged by what his own clips taught."""

import json
import os
import runpy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.training.turn_end.examples import Clip, Moment
from models.training.turn_end.judging import cross_validated, decisions, ends, judge
from models.training.turn_end.stairs import Aim


def clip(
    name: str, *pauses: tuple[float, float], end: float | None = 9.0, reader: str = "ann", over: float = 1.0
) -> Clip:
    """Return a clip whose pauses are heard as they are; its end has the feature `over`, its pauses 0."""
    moments = [Moment(start, stop, (0.0,)) for start, stop in pauses]
    if end is not None:
        moments.append(Moment(end, None, (over,)))
    return Clip(f"{name}.flac", "natural", reader, pauses, end, tuple(moments))


def test_a_pause_longer_than_the_wait_is_cut_into() -> None:
    figures = judge([clip("a", (1.0, 1.4), (3.0, 4.5))], lambda _clip, _moment: 0.64)
    assert (figures.cut_ins, figures.natural, figures.inserted) == (0.5, 0.5, 0.0)
    assert (figures.delay_p50, figures.missed) == (640, 0)


def test_turns_are_taken_at_the_end_of_a_frame() -> None:
    assert decisions(clip("a", end=2.0), lambda _clip, _moment: 0.65) == [pytest.approx(2.672)]


def test_an_end_that_was_not_heard_is_missed() -> None:
    assert judge([Clip("a.flac", "natural", "ann", (), 5.0, ())], lambda _clip, _moment: 0.5).missed == 1


def test_a_reply_to_somebody_who_would_go_on_is_a_cut_in() -> None:
    cut_off = Clip(
        "a.flac", "hold_only", "ann", ((1.0, 2.0),), None, (Moment(1.0, 2.0, (0.0,)), Moment(5.0, 6.0, (0.0,)))
    )
    assert judge([cut_off], lambda _clip, moment: 0.5 if moment.last_voiced > 4 else 3.0).cut_ins == 1.0


def test_versions_of_a_clip_share_their_say() -> None:
    scores, counts = ends([clip("a"), clip("a_p300"), clip("b")], lambda moment: moment.features[0])
    assert scores == [1.0, 1.0, 1.0]
    assert counts == pytest.approx([0.5**0.5, 0.5**0.5, 1.0])


def test_no_reader_teaches_his_own_stair() -> None:
    aim = Aim((1.0,), (0.32,), 3.2)
    clips = [clip("a", reader="ann", over=5.0), clip("b", reader="bob", over=1.0)]
    figures = cross_validated(clips, lambda moment: moment.features[0], aim)
    # Ann's end lies above Bob's, Bob's under hers.
    assert sorted((figures.delay_p50, figures.delay_p95)) == [320, 3200]


def official_scores() -> Any:
    shared = Path(os.environ.get("VISAVIS_SHARED") or Path(__file__).resolve().parents[5] / "shared")
    path = shared / "data" / "eval" / "turns" / "score_turns.py"
    return runpy.run_path(str(path))["score"] if path.is_file() else None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_agrees_with_the_score_of_the_clips(data: st.DataObject) -> None:
    score = official_scores()
    if score is None:
        pytest.skip("the shared score is not here")
    clips = []
    for number in range(data.draw(st.integers(1, 5))):
        marks = sorted(data.draw(st.lists(st.integers(5, 120), min_size=3, max_size=9, unique=True)))
        times = [mark / 10 for mark in marks]
        pauses = list(zip(times[0:-1:2], times[1:-1:2], strict=False))
        clips.append(clip(str(number), *pauses, end=data.draw(st.sampled_from([times[-1], None]))))
    waits = {id(moment): data.draw(st.floats(0.2, 3.0)) for one in clips for moment in one.moments}
    mine = judge(clips, lambda _clip, moment: waits[id(moment)])
    rows = [{"file": one.name, "pauses": one.pauses, "true_end": one.true_end} for one in clips]
    taken = {one.name: decisions(one, lambda _clip, moment: waits[id(moment)]) for one in clips}
    theirs = score(json.loads(json.dumps(rows)), taken)
    assert mine.cut_ins == pytest.approx(theirs["cut_in_rate"], abs=6e-4)
    assert mine.missed == theirs["missed_ends"]
    assert mine.delay_p50 == (theirs["delay_ms"][50] or 0)
