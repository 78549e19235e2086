"""Who has a turn when."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.bench.clips import Clip
from engine.bench.peer import against
from engine.bench.peer.against import PeerPlan, against_pipecat, order
from engine.bench.peer.comparison import Conversation
from engine.bench.peer.pipecat_pipeline.plan import Plan
from engine.bench.peer.variants import Variant
from engine.bench.progress import PROGRESS
from engine.settings import Settings
from tests.bench.peer.turns import CLIP, answered, conversation


def test_the_systems_take_turns() -> None:
    assert [system for system, _ in order(2)] == ["ours", "tuned", "default", "ours", "tuned", "default"]


class Machine:
    """Stands in for the processes: notes what runs, and that nothing runs beside it."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.running = 0

    def plan(self, variant: Variant, _now: Any) -> Plan:
        beam = 0 if variant.beam is None else variant.beam
        return Plan("w", "c", "v", "d", "s", "cpu", 0, "", 2048, 1, 0.4, 0.9, 40, 1.1, 160, 1, None, beam, "default")

    @asynccontextmanager
    async def process(self, _python: Path, plan: Plan, _log: Path | None) -> AsyncIterator[str]:
        self.begin("tuned" if plan.beam else "default")
        yield "peer"
        self.running -= 1

    async def converse(self, _peer: str, clips: Sequence[Clip]) -> Conversation:
        milliseconds = 1000.0 if self.ran[-1] == "tuned" else 2000.0
        return conversation(*(answered(milliseconds) for _ in clips))

    async def ours(self) -> Conversation:
        self.begin("ours")
        self.running -= 1
        return conversation(answered(500), answered(500))

    def begin(self, name: str) -> None:
        assert not self.running
        self.running += 1
        self.ran.append(name)


async def test_the_report_comes_from_conversations_that_never_overlap(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine()
    monkeypatch.setattr(against, "same_models", lambda *_: machine)
    monkeypatch.setattr(against, "peer_environment", lambda *_, **__: home / "python")
    monkeypatch.setattr(against, "peer_process", machine.process)
    monkeypatch.setattr(against, "converse_with", machine.converse)
    notes: list[str] = []
    plan = PeerPlan(Settings(home=home), logs=home / "logs")
    report = await against_pipecat(plan, [CLIP, CLIP], machine.ours, notes.append)
    assert machine.ran == ["ours", "tuned", "default"] * 2
    assert report["ratio"] == {"p50": 0.5, "p95": 0.5}
    assert report["ratio_default"] == {"p50": 0.25, "p95": 0.25}
    assert report["cut_in_margin"] == 0
    assert any("p95 ratio" in line for line in notes)
    kept = [json.loads(line) for line in (home / "logs" / PROGRESS).read_text("utf-8").splitlines()]
    assert [(line["system"], line["round"]) for line in kept] == list(order(2))
    assert kept[0]["answers"][1] == {"clip": "clip.flac", "milliseconds": 500.0, "cut_in": False}
