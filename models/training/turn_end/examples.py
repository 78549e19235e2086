"""What the model is taught and judged with, as `python -m engine.bench.turn_hearing` writes it beside the clips' own truth."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FEATURES: Final = ("sound", "stop", "words")
"""What the numbers of `features` are: smart-turn's log-odds, the recogniser's final stop, the words' log-probability to end."""

SAME_READER: Final = {"lj": "libri"}
"""Sources of clips that are known to be read by one person."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A moment of silence behind a whole or a broken sentence."""

    over: bool
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A pause in a clip, 200 ms after the last voiced frame; seconds of the clip."""

    last_voiced: float
    resumed: float | None
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip, what is true of it, and the pauses in which the appliance considered the end of the turn."""

    name: str
    kind: str
    """`natural`, `inserted` or `hold_only`."""
    reader: str
    """All clips of one reader are taught from or judged by together."""
    pauses: tuple[tuple[float, float], ...]
    true_end: float | None
    """None for a person who would go on."""
    moments: tuple[Moment, ...]

    @property
    def last(self) -> Moment | None:
        """The moment at the true end; None for a person who would go on, or where it was not heard."""
        found = self.moments[-1] if self.moments else None
        return found if self.true_end is not None and found is not None and found.resumed is None else None


def read_lessons(path: Path) -> list[Lesson]:
    """Read `lessons.jsonl`; raises OSError, ValueError or KeyError where it is something else."""
    return [Lesson(bool(row["over"]), tuple(row["features"])) for row in _rows(path)]


def read_clips(index: Path, moments: Path) -> list[Clip]:
    """Join the clips' truth (`turns.jsonl`) with `moments.jsonl`; raises OSError, ValueError or KeyError."""
    heard: dict[str, list[Moment]] = {}
    for row in _rows(moments):
        found = Moment(row["last_voiced"], row["resumed"], tuple(row["features"]))
        heard.setdefault(row["clip"], []).append(found)
    return [
        Clip(
            row["file"],
            row["kind"],
            SAME_READER.get(row["source"], row["source"]),
            tuple((start, end) for start, end in row["pauses"]),
            row["true_end"],
            tuple(heard.get(row["file"], ())),
        )
        for row in _rows(index)
    ]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
