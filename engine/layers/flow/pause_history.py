"""How long a speaker pauses without being done, learnt while the conversation goes on."""

import math
from typing import Final

USUAL: Final = 0.7
"""Seconds of a pause inside a turn, before anything is known of the speaker."""

_TRUST: Final = 6.0
"""Pauses that the usual one counts for: two long ones say little, twenty say it all."""
_FORGETTING: Final = 0.95
"""What a pause counts for after each further one."""
_SHORTEST: Final = 0.2
_LONGEST: Final = 3.0


class PauseHistory:
    """The pauses of one participant after which the turn went on. I/O-free; used by one thread at a time."""

    __slots__ = ("_count", "_logs")

    def __init__(self) -> None:
        self._count = 0.0
        self._logs = 0.0

    def resumed(self, seconds: float) -> None:
        """Take a pause (seconds, from the last voiced frame to the first of the next words) that did not end the turn."""
        held = min(max(seconds, _SHORTEST), _LONGEST)
        self._count = self._count * _FORGETTING + 1.0
        self._logs = self._logs * _FORGETTING + math.log(held / USUAL)

    @property
    def slowness(self) -> float:
        """How much longer than usual this speaker pauses, as a natural logarithm: 0 is usual, 0.7 is twice as long."""
        return self._logs / (self._count + _TRUST)
