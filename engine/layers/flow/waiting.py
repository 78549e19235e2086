"""From what is known about a pause to how long to wait in it: a small model of the project's own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from engine.errors import InvalidInputError, ModelUnavailableError
from engine.layers.flow.evidence import Evidence

PATIENCES: Final = ("low", "medium", "high")

_SLOWNESS: Final = 0.5
"""What a speaker who pauses e times as long as usual takes off the score; the clips hold too few pauses a head to learn it."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long to wait at one patience; all times are seconds of silence since the last voiced frame."""

    steps: tuple[tuple[float, float], ...]
    """(score at least, silence), the surest first; the silence grows."""
    longest: float
    """The silence below the last step."""
    undecided: float
    """The silence as long as nothing is known."""

    def __post_init__(self) -> None:
        scores = [score for score, _ in self.steps]
        silences = [*(silence for _, silence in self.steps), self.longest]
        if not self.steps or scores != sorted(scores, reverse=True) or silences != sorted(silences):
            raise ValueError(f"steps go from sure and short to doubtful and long, not {self.steps} and {self.longest}")
        if silences[0] <= 0.0 or self.undecided <= 0.0:
            raise ValueError("a silence is longer than nothing")

    def after(self, score: float) -> float:
        """Return the silence after which a turn of this score is taken."""
        return next((silence for least, silence in self.steps if score >= least), self.longest)


@dataclass(frozen=True, slots=True)
class WaitingModel:
    """A logistic regression over the evidence, and a stair of silences for each patience."""

    weights: tuple[float, float, float]
    """For smart-turn's log-odds, the final stop, and the words' log-probability."""
    bias: float
    waits: Mapping[str, Waits]
    """By patience."""

    def score(self, evidence: Evidence, slowness: float = 0.0) -> float:
        """Return the log-odds that the turn is over. `slowness`: of the speaker, from `PauseHistory`."""
        weighed = sum(weight * feature for weight, feature in zip(self.weights, evidence.features, strict=True))
        return self.bias + weighed - _SLOWNESS * slowness

    def wait(self, evidence: Evidence | None, patience: str, slowness: float = 0.0) -> float:
        """Return the seconds of silence, since the last voiced frame, after which the turn is taken.

        `evidence`: None while nothing is known. Raises InvalidInputError for a patience that is none of PATIENCES.
        """
        waits = self.waits.get(patience)
        if waits is None:
            raise InvalidInputError("turn_taking_patience", patience, f"one of {', '.join(PATIENCES)} is")
        return waits.undecided if evidence is None else waits.after(self.score(evidence, slowness))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the shipped weights; raises ModelUnavailableError naming the file when it is missing or holds something else."""
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            sound, stop, words = (float(found["weights"][name]) for name in ("sound", "stop", "words"))
            waits = {patience: _waits(found["waits"][patience]) for patience in PATIENCES}
            return cls((sound, stop, words), float(found["bias"]), waits)
        except (OSError, ValueError, TypeError, LookupError) as error:
            raise ModelUnavailableError(
                f"{path} holds no waiting model ({error}); install the product again"
            ) from error


def _waits(found: Mapping[str, Any]) -> Waits:
    steps = tuple((float(score), float(silence)) for score, silence in found["steps"])
    return Waits(steps, float(found["longest"]), float(found["undecided"]))
