"""Where the time of a turn goes."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a turn; times in seconds on the engine's monotonic clock."""

    name: str
    """`pause`, `stt`, `end_of_turn`, `wait`, `llm_first_clause`, `tts_first_clause`, `playout`..."""
    start: float
    end: float
    cancelled: bool = False


@dataclass(slots=True)
class TurnTrace:
    """The stages of one turn in the order in which they ended."""

    last_voiced: float
    """When the person's last voiced sample reached the engine."""
    turn_idx: int = 0
    inference_id: str = ""
    stages: list[Stage] = field(default_factory=list)
    first_sound: float | None = None
    """When the first sample of the answer left the media clock; None if it never did."""
    outcome: str = "pending"
    """`answered`, `interrupted`, `resumed` (the person went on before a word was heard) or `dropped`."""

    def add(self, name: str, start: float, end: float, *, cancelled: bool = False) -> None:
        """Record a stage."""
        self.stages.append(Stage(name, start, end, cancelled))

    def as_json(self) -> dict[str, Any]:
        """Return the trace in milliseconds after the last voiced sample."""

        def after(time: float) -> float:
            return round((time - self.last_voiced) * 1000, 1)

        return {
            "turn_idx": self.turn_idx,
            "inference_id": self.inference_id,
            "outcome": self.outcome,
            "last_voiced_at": self.last_voiced,
            "first_sound_ms": None if self.first_sound is None else after(self.first_sound),
            "stages": [
                {"name": s.name, "start_ms": after(s.start), "end_ms": after(s.end), "cancelled": s.cancelled}
                for s in self.stages
            ],
        }
