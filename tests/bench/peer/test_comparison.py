"""Ours against a peer's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bench.peer.comparison import Side, compared, ratio, table
from tests.bench.peer.turns import answered, conversation, cut_in, side, unanswered

TIMES = st.lists(st.floats(50, 10_000), min_size=1, max_size=40)


def test_a_conversation_counts_what_came_of_its_turns() -> None:
    held = conversation(answered(900), cut_in(), unanswered(), answered(700))
    assert [answer.clip for answer in held.answers] == ["clip.flac"] * 4
    assert (held.cut_ins, held.unanswered) == (1, 1)
    assert held.milliseconds == pytest.approx((900, 700))


def test_the_first_answer_of_each_conversation_is_cold() -> None:
    both = Side((conversation(answered(5000), answered(700)), conversation(cut_in(), answered(4000), answered(800))))
    assert both.warm == pytest.approx((700, 800))


def test_an_only_answer_counts_though_it_is_cold() -> None:
    assert conversation(answered(900)).warm == pytest.approx((900,))


def test_the_ratio_is_ours_by_theirs_at_both_percentiles() -> None:
    assert ratio(side(400, 400, 400), side(800, 800, 1000)) == {"p50": 0.5, "p95": pytest.approx(0.408, abs=0.001)}


@pytest.mark.parametrize(("ours", "peer"), [(Side(()), side(800)), (side(800), Side((conversation(unanswered()),)))])
def test_there_is_no_ratio_where_one_never_answered(ours: Side, peer: Side) -> None:
    assert ratio(ours, peer) == {"p50": None, "p95": None}


@given(TIMES)
def test_a_system_is_as_quick_as_itself(times: list[float]) -> None:
    assert ratio(side(*times), side(*times)) == {"p50": 1.0, "p95": 1.0}


@given(TIMES, st.floats(0.2, 5.0))
def test_the_ratio_follows_the_times(times: list[float], factor: float) -> None:
    found = ratio(side(*(time * factor for time in times)), side(*times))
    # Percentiles are rounded to a tenth of a millisecond.
    assert found["p50"] == pytest.approx(factor, rel=0.01)
    assert found["p95"] == pytest.approx(factor, rel=0.01)


def test_the_report_holds_ours_and_both_variants_of_the_peer() -> None:
    ours = Side((conversation(answered(900), answered(400)), conversation(answered(900), answered(600), cut_in())))
    tuned = Side((conversation(answered(900), answered(1000), cut_in()),))
    default = Side((conversation(answered(900), answered(2000), cut_in(), cut_in()),))
    report = compared(ours, tuned, default)
    assert report["ours"]["turn_ms"]["p50"] == report["peer"]["turn_ms"]["p50"] / 2
    assert report["ours"]["runs_ms"] == [400.0, 600.0]
    assert report["ratio"]["p50"] == 0.5
    assert report["ratio_default"]["p50"] == 0.25
    assert (report["peer"]["cut_ins"], report["peer_default"]["cut_ins"]) == (1, 2)
    assert (report["cut_in_margin"], report["cut_in_margin_default"]) == (0, -1)


def test_the_table_shows_each_system_in_a_line() -> None:
    head, ours, tuned, default = table(compared(side(400), side(800), Side((conversation(unanswered()),))))
    assert head.split() == ["p50", "ms", "p95", "ms", "p50", "ratio", "p95", "ratio", "cut-ins", "unanswered"]
    assert ours.split() == ["ours", "400.0", "400.0", "-", "-", "0/2", "0"]
    assert tuned.split() == ["pipecat", "tuned", "800.0", "800.0", "0.5", "0.5", "0/2", "0"]
    assert default.split() == ["pipecat", "at", "defaults", "-", "-", "-", "-", "0/1", "1"]
