"""The report on a room, made of what was measured."""

import json

import pytest

from engine.bench.room_figures import Measured, RecordedFilm, RoomTurn, Sample, report

BEGUN = 1000.0


def frames(begun: float, ended: float, rate: float) -> list[float]:
    return [begun + (number + 0.5) / rate for number in range(int((ended - begun) * rate))]


def turn(at: float, ms: float | None, *, cut_in: bool = False, offset: float | None = None) -> RoomTurn:
    return RoomTurn("Person 1", BEGUN + at, ms, cut_in=cut_in, av_offset_ms=offset, answer=(BEGUN + at, BEGUN + at + 3))


def a_run() -> Measured:
    measured = Measured(2, 1.0, begun=BEGUN, ended=BEGUN + 60)
    measured.arrivals = {
        "Person 1": frames(BEGUN, BEGUN + 60, 25),
        "Person 2": frames(BEGUN, BEGUN + 30, 25) + frames(BEGUN + 32.5, BEGUN + 60, 20),
    }
    measured.turns = [
        turn(1, 500.0, offset=-10.0),
        turn(11, 700.0, offset=-20.0),
        turn(21, None),
        turn(31, None, cut_in=True),
        turn(41, 600.0, offset=-50.0),
    ]
    measured.samples = [Sample(BEGUN + at, 600.0 + at, 10.0 + 0.5 * at, 0.2 * at) for at in range(0, 61, 5)]
    measured.counted = {
        'visavis_video_frames_total{outcome="drawn"}': 1500.0,
        'visavis_video_frames_total{outcome="skipped"}': 3.0,
        "visavis_audio_late_ticks_total": 2.0,
        "visavis_microphone_lost_seconds_total": 0.04,
    }
    measured.missing_sound = {"Person 1": 0.0, "Person 2": 0.06}
    measured.rejoins_ms = [400.0, 600.0]
    return measured


def test_the_report_has_the_keys_of_the_design() -> None:
    found = report(a_run(), complete=True)
    assert (found["bench"], found["people"], found["complete"]) == ("room", 2, True)
    assert found["fps_each"] == {"p50": 25.0, "p5": 19.0}
    assert found["fps_by_person"]["Person 1"] == {"p50": 25.0, "p5": 25.0}
    assert found["av_offset_ms"] == {"p5": -47.0, "p50": -20.0, "p95": -11.0}
    assert found["rejoin_ms"]["p95"] == 590.0
    assert found["recording_av_offset_ms"] is None
    assert found["cores"] == 0.5
    json.dumps(found)


def test_freezes_turns_and_what_was_lost_are_counted() -> None:
    found = report(a_run(), complete=True)
    assert found["longest_freeze_ms"] == pytest.approx(2545, abs=5)
    assert found["freezes"] == 1
    assert found["turn_ms"]["p50"] == 600.0
    assert (found["turns"], found["unanswered"], found["cut_ins"]) == (5, 1, 1)
    assert found["missing_sound_ms"] == {"Person 1": 0, "Person 2": 60}
    assert (found["lost_microphone_ms"], found["late_ticks"], found["dropped_sound_ms"]) == (40, 2, 0)
    assert found["frames"] == {"drawn": 1500, "skipped": 3, "failed": 0, "dropped": 0}


def test_drift_memory_and_processor_time_are_told_by_the_hour_and_by_the_frame() -> None:
    found = report(a_run(), complete=True)
    assert found["drift_ms_per_hour"]["slope"] == pytest.approx(-3600, abs=1)
    assert found["rss_mb_per_hour"]["slope"] == pytest.approx(3600, abs=1)
    assert found["cpu_ms_per_frame"] == pytest.approx(20.0)
    assert found["clients_cores"] == 0.2


def test_a_run_that_has_only_begun_has_a_report_too() -> None:
    found = report(Measured(3, 60.0), complete=False)
    assert found["complete"] is False
    assert found["fps_each"] == {"p50": None, "p5": None}
    assert found["cores"] is None
    json.dumps(found)


def test_a_recording_is_told_with_its_length() -> None:
    measured = a_run()
    measured.recording = RecordedFilm([-12.0, -10.0, 30.0], 59.96, 60.0, 12.3)
    found = report(measured, complete=True)
    assert found["recording_av_offset_ms"] == -10.0
    assert (found["recording"]["seconds"], found["recording"]["expected_seconds"]) == (59.96, 60.0)
