"""How long a call lives (seed: Call Duration and Timeout)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

LONGEST_CALL = 3600
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The limits of one call, in seconds. I/O-free: it is asked with the present state and names the reason to end, if there is one."""

    max_call_duration: float = LONGEST_CALL
    participant_left_timeout: float = 0.0
    """After the last participant has left."""
    participant_absent_timeout: float = 300.0
    """With nobody there from the start, or nobody active in the room."""

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> Self:
        """Read a conversation's properties, which the API has validated."""
        return cls(
            max_call_duration=float(properties.get("max_call_duration") or LONGEST_CALL),
            participant_left_timeout=float(properties.get("participant_left_timeout") or 0),
            participant_absent_timeout=float(properties.get("participant_absent_timeout", 300)),
        )

    def reason_to_end(
        self, now: float, *, started: float, last_activity: float, people: int, emptied: float | None
    ) -> str | None:
        """Return the `shutdown_reason` that applies, or None. `emptied`: when the last participant left, None if nobody did."""
        if now - started >= self.max_call_duration:
            return "max_call_duration"
        if people == 0 and emptied is not None:
            return "participant_left_timeout" if now - emptied >= self.participant_left_timeout else None
        if now - max(started, last_activity) >= self.participant_absent_timeout:
            return "participant_absent_timeout"
        return None
