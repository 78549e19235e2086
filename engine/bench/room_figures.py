"""What `visavis bench room` found, and the report made of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from engine.bench.statistics import frames_each_second, percentile
from engine.bench.trends import Slope, after, gaps, slope

WARM_UP: Final = 600.0
"""Seconds after which memory has what it needs; of a shorter run the first half."""
FREEZE: Final = 1.0
"""Seconds without a new frame that count as a freeze."""
_OUTCOME: Final = "visavis_video_frames_total"


@dataclass(frozen=True, slots=True)
class RoomTurn:
    """Somebody spoke, and was answered; times are monotonic seconds."""

    person: str
    begun: float
    milliseconds: float | None
    """From the last voiced sample to the replica's first; None without an answer, or with one that came too soon."""
    cut_in: bool
    av_offset_ms: float | None
    answer: tuple[float, float]
    """The stretch in which the replica alone was heard."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A look at the processes."""

    time: float
    rss_mb: float
    """Of the appliance, MB."""
    cpu_seconds: float
    """Of the appliance so far."""
    clients_cpu_seconds: float
    """Of all who take part, so far."""


@dataclass(frozen=True, slots=True)
class RecordedFilm:
    """The recording, looked at like the call."""

    offsets_ms: Sequence[float]
    seconds: float
    """As long as the film is."""
    expected_seconds: float
    """From the answer to its start until it was asked to stop."""
    megabytes: float


@dataclass(slots=True)
class Measured:
    """All of a run, as far as it has come."""

    people: int
    minutes: float
    begun: float = 0.0
    ended: float = 0.0
    turns: list[RoomTurn] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    arrivals: dict[str, list[float]] = field(default_factory=dict)
    """When frames came, by person."""
    missing_sound: dict[str, float] = field(default_factory=dict)
    """Seconds of sound that never came, by person."""
    counted: dict[str, float] = field(default_factory=dict)
    """The appliance's own counters, from the beginning on."""
    carried: dict[str, Any] = field(default_factory=dict)
    """What the relays did to packets."""
    refused: bool | None = None
    disconnects: int = 0
    rejoins_ms: list[float] = field(default_factory=list)
    failed_rejoins: int = 0
    rejoined_as_others: int = 0
    left: int = 0
    """How often anybody was told that somebody had left."""
    recording_begun: float = 0.0
    recording_ended: float = 0.0
    recording: RecordedFilm | None = None


def report(measured: Measured, *, complete: bool) -> dict[str, Any]:
    """Return the figures as they stand; `complete`: the run came to its end."""
    per_second = {
        name: frames_each_second(times, measured.begun, measured.ended) for name, times in measured.arrivals.items()
    }
    longest = {
        name: round(max(gaps(times, measured.begun, measured.ended)) * 1000)
        for name, times in measured.arrivals.items()
    }
    freezes = sum(
        gap > FREEZE for times in measured.arrivals.values() for gap in gaps(times, measured.begun, measured.ended)
    )
    answered = [turn.milliseconds for turn in measured.turns if turn.milliseconds is not None]
    offsets = [(turn.begun, turn.av_offset_ms) for turn in measured.turns if turn.av_offset_ms is not None]
    return {
        "bench": "room",
        "complete": complete,
        "people": measured.people,
        "minutes": round((measured.ended - measured.begun) / 60, 2),
        "fps_each": {share: _worst(per_second, int(share[1:])) for share in ("p50", "p5")},
        "fps_by_person": {
            name: {"p50": percentile(counts, 50), "p5": percentile(counts, 5)} for name, counts in per_second.items()
        },
        "longest_freeze_ms": max(longest.values(), default=None),
        "freezes": freezes,
        "av_offset_ms": {
            share: percentile([ms for _, ms in offsets], int(share[1:])) for share in ("p5", "p50", "p95")
        },
        "offsets": len(offsets),
        "drift_ms_per_hour": _line(slope([at for at, _ in offsets], [ms for _, ms in offsets])),
        "turn_ms": {"p50": percentile(answered, 50), "p95": percentile(answered, 95)},
        "turns": len(measured.turns),
        "unanswered": sum(turn.milliseconds is None and not turn.cut_in for turn in measured.turns),
        "cut_ins": sum(turn.cut_in for turn in measured.turns),
        **_sound(measured),
        **_processes(measured),
        "disconnects": measured.disconnects,
        "one_too_many_refused": measured.refused,
        "rejoin_ms": {"p50": percentile(measured.rejoins_ms, 50), "p95": percentile(measured.rejoins_ms, 95)},
        "rejoins": len(measured.rejoins_ms),
        "failed_rejoins": measured.failed_rejoins,
        "rejoined_as_others": measured.rejoined_as_others,
        "told_of_leaving": measured.left,
        **_recording(measured.recording),
        "packets": measured.carried,
    }


def _worst(per_second: dict[str, list[int]], share: int) -> float | None:
    found = [value for counts in per_second.values() if (value := percentile(counts, share)) is not None]
    return min(found, default=None)


def _line(found: Slope | None) -> dict[str, float] | None:
    return None if found is None else {"slope": found.per_hour, "error": found.error}


def _sound(measured: Measured) -> dict[str, Any]:
    counted = measured.counted
    return {
        "missing_sound_ms": {name: round(seconds * 1000) for name, seconds in measured.missing_sound.items()},
        "dropped_sound_ms": round(counted.get("visavis_audio_dropped_seconds_total", 0.0) * 1000),
        "lost_microphone_ms": round(counted.get("visavis_microphone_lost_seconds_total", 0.0) * 1000),
        "late_ticks": round(counted.get("visavis_audio_late_ticks_total", 0.0)),
    }


def _processes(measured: Measured) -> dict[str, Any]:
    samples = measured.samples
    seconds = samples[-1].time - samples[0].time if samples else 0.0
    if not seconds:
        return {"cores": None, "clients_cores": None, "cpu_ms_per_frame": None, "rss_mb": None, "rss_mb_per_hour": None}
    used = samples[-1].cpu_seconds - samples[0].cpu_seconds
    drawn = measured.counted.get(f'{_OUTCOME}{{outcome="drawn"}}', 0.0)
    warm = measured.begun + min(WARM_UP, (measured.ended - measured.begun) / 2)
    times, memory = after([sample.time for sample in samples], [sample.rss_mb for sample in samples], warm)
    return {
        "cores": round(used / seconds, 3),
        "clients_cores": round((samples[-1].clients_cpu_seconds - samples[0].clients_cpu_seconds) / seconds, 3),
        "cpu_ms_per_frame": round(used * 1000 / drawn, 2) if drawn else None,
        "frames": {
            outcome: round(measured.counted.get(f'{_OUTCOME}{{outcome="{outcome}"}}', 0.0))
            for outcome in ("drawn", "skipped", "failed", "dropped")
        },
        "rss_mb": round(samples[-1].rss_mb, 1),
        "rss_mb_per_hour": _line(slope(times, memory)),
    }


def _recording(film: RecordedFilm | None) -> dict[str, Any]:
    if film is None:
        return {"recording_av_offset_ms": None}
    offsets = np.asarray(film.offsets_ms, dtype=np.float64)
    return {
        "recording_av_offset_ms": round(float(np.median(offsets)), 1) if offsets.size else None,
        "recording": {
            "av_offset_ms": {share: percentile(film.offsets_ms, int(share[1:])) for share in ("p5", "p95")},
            "offsets": len(film.offsets_ms),
            "seconds": round(film.seconds, 2),
            "expected_seconds": round(film.expected_seconds, 2),
            "megabytes": round(film.megabytes, 1),
        },
    }
