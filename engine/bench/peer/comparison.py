"""Ours against a peer's: times at the receiver and cut-ins, from conversations that were held in turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from engine.bench.dialogue import Turn
from engine.bench.statistics import percentile


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one clip."""

    clip: str
    """The name of its file."""
    milliseconds: float | None
    """From the last voiced sample sent to the first sample heard; None without an answer, and for one that came before."""
    cut_in: bool
    """Whether something was heard before the last voiced sample was sent."""

    @property
    def missing(self) -> bool:
        """Whether nothing was heard."""
        return self.milliseconds is None and not self.cut_in


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one conversation with all clips gave."""

    answers: tuple[Answer, ...]
    cores: float
    """CPU seconds a second, of the process that answers."""
    rss_mb: float

    @classmethod
    def of(cls, turns: Sequence[Turn], *, cores: float, rss_mb: float) -> Self:
        """Keep what came of the turns."""
        answers = tuple(Answer(turn.clip.path.name, turn.milliseconds, turn.cut_in) for turn in turns)
        return cls(answers, cores, rss_mb)

    @property
    def milliseconds(self) -> tuple[float, ...]:
        """The times of the answers that did not come too soon, in order."""
        return tuple(answer.milliseconds for answer in self.answers if answer.milliseconds is not None)

    @property
    def cut_ins(self) -> int:
        """How many came too soon."""
        return sum(answer.cut_in for answer in self.answers)

    @property
    def unanswered(self) -> int:
        """How many never came."""
        return sum(answer.missing for answer in self.answers)

    @property
    def warm(self) -> tuple[float, ...]:
        """The times without the first, in which every system still fills its caches; that one alone when there is no other."""
        return self.milliseconds[1:] or self.milliseconds


@dataclass(frozen=True, slots=True)
class Side:
    """All conversations of one system."""

    conversations: tuple[Conversation, ...]

    @property
    def warm(self) -> tuple[float, ...]:
        """The warm times of all of them."""
        return tuple(time for conversation in self.conversations for time in conversation.warm)

    @property
    def cut_ins(self) -> int:
        """In all of them together."""
        return sum(conversation.cut_ins for conversation in self.conversations)

    def figures(self) -> dict[str, Any]:
        """Return the part of a report that tells of this side; `runs_ms` are the medians of the conversations in order."""
        count = len(self.conversations)
        return {
            "turn_ms": _percentiles(self.warm),
            "runs_ms": [percentile(conversation.warm, 50) for conversation in self.conversations],
            "turns": sum(len(conversation.answers) for conversation in self.conversations),
            "unanswered": sum(conversation.unanswered for conversation in self.conversations),
            "cut_ins": self.cut_ins,
            "cores": round(sum(each.cores for each in self.conversations) / count, 3) if count else None,
            "rss_mb": round(max((each.rss_mb for each in self.conversations), default=0.0), 1),
        }


def compared(ours: Side, tuned: Side, default: Side) -> dict[str, Any]:
    """Return what the report says of the peer: `ratio` is ours by the peer's, `cut_in_margin` ours less the peer's.

    A ratio is None where one of the two never answered in time.
    """
    return {
        "ours": ours.figures(),
        "peer": tuned.figures(),
        "ratio": ratio(ours, tuned),
        "cut_in_margin": ours.cut_ins - tuned.cut_ins,
        "peer_default": default.figures(),
        "ratio_default": ratio(ours, default),
        "cut_in_margin_default": ours.cut_ins - default.cut_ins,
    }


def ratio(ours: Side, peer: Side) -> dict[str, float | None]:
    """Return ours by the peer's at both percentiles."""
    mine, theirs = _percentiles(ours.warm), _percentiles(peer.warm)
    return {name: _quotient(mine[name], theirs[name]) for name in mine}


def table(report: dict[str, Any]) -> list[str]:
    """Return the comparison as lines for people, from what `compared` gave."""
    lines = [f"{'':<24}{'p50 ms':>9}{'p95 ms':>9}{'p50 ratio':>11}{'p95 ratio':>11}{'cut-ins':>9}{'unanswered':>12}"]
    rows = (
        ("ours", "ours", None),
        ("pipecat tuned", "peer", "ratio"),
        ("pipecat at defaults", "peer_default", "ratio_default"),
    )
    for name, key, against in rows:
        side = report[key]
        quotients = report[against] if against else {"p50": None, "p95": None}
        cells = [side["turn_ms"]["p50"], side["turn_ms"]["p95"], quotients["p50"], quotients["p95"]]
        shown = ["-" if cell is None else str(cell) for cell in cells]
        counts = f"{side['cut_ins']}/{side['turns']}"
        lines.append(
            f"{name:<24}{shown[0]:>9}{shown[1]:>9}{shown[2]:>11}{shown[3]:>11}{counts:>9}{side['unanswered']:>12}"
        )
    return lines


def _percentiles(times: Sequence[float]) -> dict[str, float | None]:
    return {"p50": percentile(times, 50), "p95": percentile(times, 95)}


def _quotient(mine: float | None, theirs: float | None) -> float | None:
    return round(mine / theirs, 3) if mine is not None and theirs else None
