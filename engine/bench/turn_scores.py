"""Decisions that a turn is over, held against what the speakers did.

A decision before the true end is a cut-in. It is charged to the pause that it falls into or follows; before the first pause it is charged
to the clip. The first decision after the true end gives the delay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.bench.clips import Clip
from engine.bench.statistics import quantiles

TOLERANCE: Final = 0.05
"""Seconds that a mark may be off."""


@dataclass(frozen=True, slots=True)
class DecidedClip:
    """A clip, and when it was decided that its turn is over."""

    clip: Clip
    decisions: Sequence[float]
    """Seconds from the clip's first sample."""

    @property
    def pauses(self) -> list[tuple[float, float]]:
        """The pauses that count: those before the true end."""
        return [pause for pause in self.clip.pauses if pause[0] < self._end]

    @property
    def cut(self) -> set[int]:
        """The pauses, by number, that are charged with a cut-in; -1: the speech before the first."""
        early = [moment for moment in self.decisions if moment < self._end]
        return {sum(start - TOLERANCE <= moment for start, _ in self.pauses) - 1 for moment in early}

    @property
    def delay(self) -> float | None:
        """Seconds from the true end to the first decision after it; None where there is none, or no end."""
        if self.clip.true_end is None:
            return None
        after = [moment for moment in self.decisions if moment >= self._end]
        return max(0.0, min(after) - self.clip.true_end) if after else None

    @property
    def _end(self) -> float:
        return float("inf") if self.clip.true_end is None else self.clip.true_end - TOLERANCE


def turn_scores(decided: Sequence[DecidedClip]) -> dict[str, Any]:
    """Return the figures of all clips, and of those with pauses of the speakers' own and with inserted ones."""
    natural = [each for each in decided if each.clip.kind != "inserted"]
    inserted = [each for each in decided if each.clip.kind == "inserted"]
    return {**_scores(decided), "natural": _scores(natural), "inserted": _scores(inserted)}


def _scores(decided: Sequence[DecidedClip]) -> dict[str, Any]:
    pauses = sum(len(each.pauses) for each in decided)
    delays = [each.delay * 1000 for each in decided if each.delay is not None]
    ends = sum(each.clip.true_end is not None for each in decided)
    return {
        "clips": len(decided),
        "pauses": pauses,
        "cut_in_rate": round(sum(len(each.cut) for each in decided) / max(1, pauses), 3),
        "clips_cut_rate": round(sum(bool(each.cut) for each in decided) / max(1, len(decided)), 3),
        "delay_ms": quantiles(delays),
        "missed_ends": ends - len(delays),
    }
