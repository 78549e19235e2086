"""Figures of calls and turns, as a scrape shows them."""

from prometheus_client.parser import text_string_to_metric_families

from engine.conversation.figures import CallFigures
from engine.conversation.trace import TurnTrace
from engine.metrics import Metrics
from engine.room.media_counts import MediaCounts


def shown(metrics: Metrics) -> dict[tuple[str, tuple[str, ...]], float]:
    text = b"".join(metrics.parts(None)).decode()
    return {
        (sample.name, tuple(str(value) for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_turn_is_counted_whole_and_by_stages() -> None:
    metrics = Metrics("1.0")
    trace = TurnTrace(last_voiced=100.0, first_sound=100.8, outcome="answered")
    trace.add("stt", 100.2, 100.35)
    trace.add("wait", 100.2, 100.6)
    trace.add("tts_first_clause", 100.4, 100.5, cancelled=True)
    metrics.turns.heard(trace)
    metrics.turns.heard(TurnTrace(last_voiced=200.0, outcome="interrupted"))
    found = shown(metrics)
    assert found["visavis_turns_total", ("answered",)] == 1
    assert found["visavis_turns_total", ("interrupted",)] == 1
    assert found["visavis_turn_seconds_count", ()] == 1
    assert round(found["visavis_turn_seconds_sum", ()], 6) == 0.8
    assert round(found["visavis_turn_stage_seconds_sum", ("stt",)], 6) == 0.15
    assert found["visavis_turn_stage_seconds_count", ("wait",)] == 1
    assert ("visavis_turn_stage_seconds_count", ("tts_first_clause",)) not in found


def test_calls_are_asked_at_each_scrape() -> None:
    metrics = Metrics("1.0")
    media = MediaCounts(clock_ms=2500, late_ticks=3, frames=60, skipped_frames=2, dropped_sound_ms=40)
    figures = CallFigures(1, 2, 5, {"max_call_duration": 4}, media, 25)
    metrics.watch_calls(lambda: figures)
    found = shown(metrics)
    assert found["visavis_conversations_active", ()] == 1
    assert found["visavis_conversations_capacity", ()] == 2
    assert found["visavis_conversations_started_total", ()] == 5
    assert found["visavis_conversations_ended_total", ("max_call_duration",)] == 4
    assert found["visavis_room_clock_seconds_total", ()] == 2.5
    assert found["visavis_audio_late_ticks_total", ()] == 3
    assert found["visavis_video_frames_total", ("drawn",)] == 60
    assert found["visavis_video_frames_total", ("skipped",)] == 2
    assert found["visavis_audio_dropped_seconds_total", ()] == 0.04
    assert found["visavis_video_frames_per_second", ()] == 25
    figures = CallFigures(0, 2, 5, {"max_call_duration": 5}, media + MediaCounts(frames=1), None)
    found = shown(metrics)
    assert found["visavis_conversations_ended_total", ("max_call_duration",)] == 5
    assert found["visavis_video_frames_total", ("drawn",)] == 61
    assert ("visavis_video_frames_per_second", ()) not in found


def test_no_series_says_when_it_was_made() -> None:
    assert "_created" not in b"".join(Metrics("1.0").parts(None)).decode()
