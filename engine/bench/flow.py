"""`visavis bench flow`: when the appliance takes the turn, and when it lets itself be interrupted.

Clips are streamed in real time through a microphone of the room, and everything is judged by what its client hears and is told.
"""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from engine.bench.appliance_process import ApplianceProcess, appliance_process
from engine.bench.clips import load_clips
from engine.bench.flow_barge import POSITIONS, Trial, barge_in, barge_scores, load_barge_clips
from engine.bench.flow_turns import StreamedTurn, rudeness, stream_turns
from engine.bench.progress import Progress
from engine.bench.turn_scores import turn_scores
from engine.bench.witness import Witness

PATIENCES: Final = ("medium", "low", "high")
LEVELS: Final = ("medium", "high", "low", "verylow")
"""Of interruptibility; the first of each is the usual one, and is looked at whole."""
_ELSEWHERE: Final = (2.0,)  # seconds of the reply at which clips are heard at the other levels


@dataclass(frozen=True, slots=True)
class FlowPlan:
    """What is run."""

    data: Path | None = None
    """A folder with `turns` and `barge`; None: the shipped clips, which are turns alone."""
    parts: Sequence[str] = ("turns", "barge")
    model: str = "sparrow-1"
    patiences: Sequence[str] = PATIENCES
    levels: Sequence[str] = LEVELS
    decisions: Path | None = None
    """Where the decisions at the first patience are written: a JSON object a line, `file` and `t` (seconds)."""
    report: Path | None = None
    """Folder for what was found so far."""


@dataclass(slots=True)
class _Found:
    turns: dict[str, list[StreamedTurn]] = field(default_factory=dict)
    trials: dict[str, list[Trial]] = field(default_factory=dict)


async def bench_flow(home: Path, plan: FlowPlan, note: Callable[[str], None]) -> dict[str, Any]:
    """Stream everything and return the report; `note` hears of the progress."""
    progress, found = Progress(plan.report), _Found()
    async with appliance_process(home, environment={"VISAVIS_SEED": "1"}) as appliance:
        if "turns" in plan.parts:
            for patience in plan.patiences:
                note(f"turns at patience {patience} ...")
                flow = {"turn_detection_model": plan.model, "turn_taking_patience": patience}
                await _stream(appliance, flow, plan, found.turns.setdefault(patience, []), progress)
        clips = load_barge_clips(plan.data) if "barge" in plan.parts else []
        for level in plan.levels if clips else ():
            note(f"interruptions at interruptibility {level} ...")
            trials = found.trials.setdefault(level, [])
            usual = level == plan.levels[0]
            heard = clips if usual else [clip for clip in clips if clip.kind != "noise"]
            flow = {"turn_detection_model": plan.model, "replica_interruptibility": level}
            async with _person(appliance, flow) as (person, conversation_id):
                async for trial in barge_in(person, conversation_id, heard, POSITIONS if usual else _ELSEWHERE):
                    trials.append(trial)
                    progress.note(
                        "trial", level=level, file=trial.clip.path.name, at=trial.position, stopped=trial.stopped
                    )
                    progress.report(_report(plan, found))
    if plan.decisions is not None and found.turns:
        _write_decisions(plan.decisions, found.turns[plan.patiences[0]])
    finished = _report(plan, found)
    progress.report(finished)
    return finished


async def _stream(
    appliance: ApplianceProcess, flow: dict[str, str], plan: FlowPlan, turns: list[StreamedTurn], progress: Progress
) -> None:
    async with _person(appliance, flow) as (person, conversation_id):
        async for turn in stream_turns(person, conversation_id, load_clips(plan.data)):
            turns.append(turn)
            decided = turn.decided
            moments = [round(moment, 3) for moment in decided.decisions]
            progress.note("turn", file=decided.clip.path.name, decisions=moments, end=decided.clip.true_end)


@asynccontextmanager
async def _person(appliance: ApplianceProcess, flow: dict[str, str]) -> AsyncIterator[tuple[Witness, str]]:
    """Talk with a persona that takes turns so."""
    persona = appliance.answer_of(
        await appliance.api.post(
            "/v2/personas",
            json={
                "persona_name": "Bench",
                "system_prompt": "You are a friendly guide who answers in one or two short sentences.",
                "layers": {"conversational_flow": flow},
            },
        )
    )
    conversation = await appliance.create_conversation(
        conversation_name="bench flow", persona_id=str(persona["persona_id"])
    )
    conversation_id = str(conversation["conversation_id"])
    person = Witness(decodes=False, keep_sent=False)
    await person.join(appliance.signal(conversation_id))
    try:
        yield person, conversation_id
    finally:
        await person.close()
        await appliance.api.post(f"/v2/conversations/{conversation_id}/end")


def _report(plan: FlowPlan, found: _Found) -> dict[str, Any]:
    by_patience = {patience: _turn_figures(turns) for patience, turns in found.turns.items() if turns}
    by_level = {level: barge_scores(trials) for level, trials in found.trials.items() if trials}
    return {
        "bench": "flow",
        "clips": "shipped clips" if plan.data is None else str(plan.data),
        "turn_detection_model": plan.model,
        **(next(iter(by_patience.values()), {})),
        **(next(iter(by_level.values()), {})),
        "by_patience": by_patience,
        "by_interruptibility": {
            level: {
                "stop_rate": round(sum(trial.stopped for trial in found.trials[level]) / len(found.trials[level]), 3),
                **figures,
            }
            for level, figures in by_level.items()
        },
    }


def _turn_figures(turns: Sequence[StreamedTurn]) -> dict[str, Any]:
    return {**turn_scores([turn.decided for turn in turns]), **rudeness(turns)}


def _write_decisions(path: Path, turns: Sequence[StreamedTurn]) -> None:
    rows = ({"file": turn.decided.clip.path.name, "t": list(turn.decided.decisions)} for turn in turns)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
