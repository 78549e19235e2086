"""The loop around every stage of training: seeded steps, a time limit, checkpoints, resumption."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from zlib import crc32

import numpy as np
import torch

from models.training.voice.arrays import load_state, save_state
from models.training.voice.recipe import StageBudget

_SECONDS_BETWEEN_CHECKPOINTS = 90.0
_STEPS_BETWEEN_REPORTS = 100
_INHERITED = 0.35
"""Share of the steps that a stage takes when it goes on from another voice."""


class Trainable(Protocol):
    """One stage: networks that learn, and what one step does."""

    name: str

    def states(self) -> Mapping[str, Any]:
        """Networks and optimisers by name, each with `state_dict` and `load_state_dict`."""
        ...

    def step(self, random: np.random.Generator, progress: float) -> Mapping[str, float]:
        """Learn from one batch drawn with `random`; `progress` runs from 0 to 1. Returns the losses."""
        ...

    def score(self) -> float | None:
        """Loss on the validation sentences, or None when the stage is not judged by one."""
        ...


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a finished stage took."""

    steps: int
    seconds: float
    validation: float | None


@dataclass(slots=True)
class Run:
    """Where a training run keeps its files, and how it is seeded, limited and reported."""

    folder: Path
    seed: int
    device: torch.device
    report: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    parent: Path | None = None
    """Folder of a finished run whose networks are the start of this one."""

    def checkpoint(self, stage: str) -> Path:
        """Where a stage's state lies."""
        return self.folder / f"{stage}.pt"

    def train(self, stage: Trainable, budget: StageBudget, minutes: float | None) -> StageResult:
        """Bring a stage to its end, from its checkpoint if there is one; leaves the networks trained.

        Every step is seeded by its number alone, so that a resumed run equals an uninterrupted one. With a limit in
        `minutes` the schedule follows the clock, and runs are alike but not equal.
        """
        path = self.checkpoint(stage.name)
        if self.parent is not None:
            budget = StageBudget(max(1, round(_INHERITED * budget.steps)), budget.minutes)
        steps, seconds = 0, 0.0
        if path.is_file():
            saved = load_state(path)
            for name, part in stage.states().items():
                part.load_state_dict(saved["states"][name])
            steps, seconds = int(saved["steps"]), float(saved["seconds"])
            if saved["finished"]:
                return StageResult(steps, seconds, saved["validation"])
        elif self.parent is not None and (self.parent / path.name).is_file():
            _inherit(stage, self.parent / path.name)
        began = self.clock() - seconds
        saved_at = self.clock()
        sums: dict[str, float] = {}
        while True:
            seconds = self.clock() - began
            progress = steps / budget.steps
            if minutes is not None:
                progress = max(progress, seconds / (60 * minutes))
            if progress >= 1:
                break
            number = crc32(stage.name.encode())
            torch.manual_seed((self.seed * 1_000_003 + number + steps) % 2**62)
            losses = stage.step(np.random.default_rng([self.seed, number, steps]), progress)
            steps += 1
            for name, value in losses.items():
                sums[name] = sums.get(name, 0.0) + value
            if steps % _STEPS_BETWEEN_REPORTS == 0:
                means = "  ".join(f"{name} {value / _STEPS_BETWEEN_REPORTS:.4f}" for name, value in sums.items())
                self.report(f"{stage.name} step {steps} ({seconds:.0f} s, {progress:.0%}): {means}")
                sums = {}
            if self.clock() - saved_at > _SECONDS_BETWEEN_CHECKPOINTS:
                self._save(stage, steps, self.clock() - began, None, finished=False)
                saved_at = self.clock()
        validation = stage.score()
        seconds = self.clock() - began
        self._save(stage, steps, seconds, validation, finished=True)
        self.report(f"{stage.name} finished: {steps} steps in {seconds / 60:.1f} min, validation {validation}")
        return StageResult(steps, seconds, validation)

    def _save(self, stage: Trainable, steps: int, seconds: float, validation: float | None, *, finished: bool) -> None:
        states = {name: part.state_dict() for name, part in stage.states().items()}
        save_state(
            self.checkpoint(stage.name),
            {"states": states, "steps": steps, "seconds": seconds, "validation": validation, "finished": finished},
        )


def _inherit(stage: Trainable, path: Path) -> None:
    """Take over a parent's weights, but neither its optimisers nor what was measured on its recordings."""
    saved = load_state(path)["states"]
    for name, part in stage.states().items():
        # An adversarial stage goes on with what this run has taught already; only its judge is new to it.
        if isinstance(part, torch.nn.Module) and name in (stage.name, "judge"):
            measured = {key for key, _ in part.named_buffers()}
            part.load_state_dict({key: v for key, v in saved[name].items() if key not in measured}, strict=False)


def decayed(optimiser: torch.optim.Optimizer, rate: float, progress: float, *, last: float = 0.03) -> None:
    """Set the learning rate: a short warm-up, then an exponential fall to `last` of `rate`."""
    value = rate * min(1.0, 0.1 + progress / 0.02) * last**progress
    for group in optimiser.param_groups:
        group["lr"] = value
