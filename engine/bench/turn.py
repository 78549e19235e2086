"""`visavis bench turn`: the time from a person's last voiced sample to the replica's first, and where it goes.

Everything of a turn is taken at an aiortc client of the room: last voiced sample sent -> first replica sample received,
decoded and not silent.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.bench.appliance_process import ApplianceProcess, appliance_process
from engine.bench.clips import Clip, load_clips
from engine.bench.dialogue import Turn, take_turn
from engine.bench.evidence import write_recording
from engine.bench.faces import stock_face
from engine.bench.lip_sync import LipSync
from engine.bench.peer.against import PeerPlan, against_pipecat
from engine.bench.peer.comparison import Conversation
from engine.bench.statistics import frames_each_second, percentile
from engine.bench.witness import Witness
from engine.store.stock import DEFAULT_REPLICA_ID

MODEL_STAGES = ("stt", "end_of_turn", "turn_judge", "llm_first_clause", "tts_first_clause")
WAITING_STAGES = ("pause", "wait")


@dataclass(slots=True)
class _Measured:
    turns: list[Turn] = field(default_factory=list)
    cores: float = 0.0
    rss_mb: float = 0.0
    frames_per_second: list[int] = field(default_factory=list)
    start_seconds: float = 0.0
    voice: str = ""


async def bench_turn(
    home: Path,
    data: Path | None,
    record: Path | None = None,
    *,
    peer: PeerPlan | None = None,
    note: Callable[[str], None] = lambda _text: None,
) -> dict[str, Any]:
    """Hold a conversation with the clips and return the report (design of the keys: README of the benchmarks).

    With a `peer` several, in turn with it. `note` hears of the progress.
    """
    clips = [clip for clip in load_clips(data) if clip.kind == "natural" and clip.true_end is not None]
    runs: list[_Measured] = []

    async def hold() -> Conversation:
        folder = record / f"run-{len(runs) + 1}" if record is not None and peer is not None else record
        async with appliance_process(home, environment={"VISAVIS_SEED": "1"}) as appliance:
            measured = await _converse(appliance, clips, folder)
        runs.append(measured)
        return Conversation.of(measured.turns, cores=measured.cores, rss_mb=measured.rss_mb)

    if peer is None:
        await hold()
        against: dict[str, Any] = {}
    else:
        against = await against_pipecat(peer, clips, hold, note)
        # The first turn of each run is cold, not that of the first alone.
        against["turn_ms"] = against["ours"]["turn_ms"]
    return {**_report(_together(runs), "shipped clips (basic voice)" if data is None else str(data)), **against}


def _together(runs: Sequence[_Measured]) -> _Measured:
    return _Measured(
        turns=[turn for run in runs for turn in run.turns],
        cores=sum(run.cores for run in runs) / len(runs),
        rss_mb=max(run.rss_mb for run in runs),
        frames_per_second=[count for run in runs for count in run.frames_per_second],
        start_seconds=runs[0].start_seconds,
    )


async def _converse(appliance: ApplianceProcess, clips: list[Clip], record: Path | None) -> _Measured:
    measured = _Measured(start_seconds=appliance.start_seconds)
    conversation = await appliance.create_conversation(conversation_name="bench turn")
    conversation_id = str(conversation["conversation_id"])
    lip_sync = LipSync((await asyncio.to_thread(stock_face, DEFAULT_REPLICA_ID)).mouth_box)
    person = Witness()
    await person.join(appliance.signal(conversation_id))
    await asyncio.sleep(1.5)
    cpu, begun = appliance.cpu_seconds(), time.monotonic()
    for clip in clips:
        turn = await take_turn(person, clip, conversation_id, lip_sync)
        traces = [trace for trace in await appliance.turns(conversation_id) if trace["outcome"] != "resumed"]
        turn.trace = traces[-1] if traces else None
        measured.turns.append(turn)
    ended = time.monotonic()
    measured.cores = (appliance.cpu_seconds() - cpu) / (ended - begun)
    measured.rss_mb = appliance.rss_mb()
    measured.frames_per_second = frames_each_second([p.time for p in person.received.pictures], begun, ended)
    if record is not None:
        write_recording(record, person)
    await person.close()
    return measured


def _report(measured: _Measured, clips: str) -> dict[str, Any]:
    answered = [turn for turn in measured.turns if turn.milliseconds is not None]
    times = [turn.milliseconds for turn in answered if turn.milliseconds is not None]
    warm = times[1:] or times
    stages = [_path(turn) for turn in _middle(answered[1:] or answered)]
    path = {
        name: round(sum(stage[name] for stage in stages) / len(stages), 1) for name in (stages[0] if stages else {})
    }
    work = _work(answered)
    offsets = [turn.av_offset_ms for turn in measured.turns if turn.av_offset_ms is not None]
    median = percentile(warm, 50)
    return {
        "bench": "turn",
        "clips": clips,
        "turn_ms": {"p50": median, "p95": percentile(warm, 95)},
        "cold_turn_ms": round(times[0], 1) if times else None,
        "stages_ms": {**path, **work},
        "explained": round(sum(path.values()) / median, 3) if median else None,
        "overhead_ms": {"p50": percentile([_overhead(turn) for turn in answered if turn.trace], 50)},
        "video_fps": {
            "p50": percentile(measured.frames_per_second, 50),
            "p5": percentile(measured.frames_per_second, 5),
        },
        "av_offset_ms": {"p5": percentile(offsets, 5), "p95": percentile(offsets, 95)},
        "cores": round(measured.cores, 3),
        "rss_mb": round(measured.rss_mb, 1),
        "turns": len(measured.turns),
        "unanswered": sum(turn.first_sound is None for turn in measured.turns),
        "cut_ins": sum(turn.cut_in for turn in measured.turns),
        "start_ms": round(measured.start_seconds * 1000),
    }


def _middle(turns: list[Turn]) -> list[Turn]:
    """Return the half of the turns whose times lie nearest the median: what a usual turn is made of."""
    ordered = sorted((turn for turn in turns if turn.trace is not None), key=lambda turn: turn.milliseconds or 0.0)
    quarter = len(ordered) // 4
    return ordered[quarter : len(ordered) - quarter]


def _path(turn: Turn) -> dict[str, float]:
    """Split a turn into stretches that follow each other, in milliseconds; together they are the turn."""
    trace = turn.trace or {}
    first_sound = float(trace.get("first_sound_ms") or 0.0)
    ends = {stage["name"]: float(stage["end_ms"]) for stage in trace.get("stages", [])}
    heard_last = (float(trace["last_voiced_at"]) - turn.last_voiced) * 1000
    considered = ends.get("pause", 0.0)
    decided = max(considered, ends.get("wait", considered))
    prepared = max(decided, ends.get("tts_first_clause", decided))
    return {
        "path.capture": heard_last,
        "path.pause": considered,
        "path.decide": decided - considered,
        "path.prepare": prepared - decided,
        "path.playout": first_sound - prepared,
        "path.delivery": (turn.milliseconds or 0.0) - heard_last - first_sound,
    }


def _work(turns: list[Turn]) -> dict[str, float | None]:
    durations: dict[str, list[float]] = {}
    for turn in turns:
        for stage in (turn.trace or {}).get("stages", []):
            durations.setdefault(stage["name"], []).append(stage["end_ms"] - stage["start_ms"])
    return {name: percentile(values, 50) for name, values in durations.items()}


def _overhead(turn: Turn) -> float:
    """Return the milliseconds between the last voiced sample and the first sound that no model and no wait accounts for."""
    trace = turn.trace or {}
    spans = sorted(
        (stage["start_ms"], stage["end_ms"])
        for stage in trace.get("stages", [])
        if stage["name"] in MODEL_STAGES + WAITING_STAGES
    )
    covered, reached = 0.0, 0.0
    for start, end in spans:
        covered += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return max(0.0, float(trace.get("first_sound_ms") or 0.0) - covered)
