"""Silences for scores: which share of the turns that are over is answered after how long."""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Aim:
    """What a patience asks for; silences in seconds since the last voiced frame."""

    shares: tuple[float, ...]
    """Shares (0..1) of the turns that are over which are answered at each step, growing."""
    silences: tuple[float, ...]
    """The silence of each step."""
    longest: float
    """The silence for all others."""


# A decision delay of p50 / p95 ms is asked for: 400 / 1000, 600 / 1500, 800 / 1800. More than half, and more than 95 %, are aimed at,
# because other speakers differ; silences end a frame or two early.
AIMS: Final = {
    "low": Aim((0.6, 0.97), (0.37, 0.96), 1.6),
    "medium": Aim((0.15, 0.6, 0.97), (0.38, 0.57, 1.44), 2.4),
    "high": Aim((0.15, 0.6, 0.97), (0.55, 0.76, 1.75), 2.6),
}


@dataclass(frozen=True, slots=True)
class Stair:
    """Silences by score."""

    steps: tuple[tuple[float, float], ...]
    """(score at least, silence), the surest first."""
    longest: float

    def silence(self, score: float) -> float:
        """Return the seconds after which a turn of this score is taken."""
        return next((silence for least, silence in self.steps if score >= least), self.longest)

    def written(self) -> dict[str, Any]:
        """Return it as `engine.layers.flow.waiting` reads it; while nothing is known, the last step's silence is waited."""
        steps = [[round(score, 3), silence] for score, silence in self.steps]
        return {"steps": steps, "longest": self.longest, "undecided": self.steps[-1][1]}


def build(aim: Aim, scores: Sequence[float], counts: Sequence[float]) -> Stair:
    """Return the stair whose steps are reached by the aimed shares of turns that are over.

    `scores`: of those turns. `counts`: what each counts for. Raises ValueError where there are none.
    """
    if not scores:
        raise ValueError("no turn that is over was heard")
    order = sorted(zip(scores, counts, strict=True), reverse=True)
    reached = list(accumulate(count for _, count in order))
    places = (min(bisect.bisect_left(reached, share * reached[-1]), len(order) - 1) for share in aim.shares)
    steps = zip((order[place][0] for place in places), aim.silences, strict=True)
    return Stair(tuple(steps), aim.longest)
