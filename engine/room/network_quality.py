"""How good a participant's connection is, as one number (0 to 100) and a word."""

from dataclasses import dataclass
from typing import Any, Literal

Threshold = Literal["good", "low", "very-low"]
GOOD, LOW = 70, 40
"""From these numbers on a connection is good, or low; below it is very low."""
BACK = 5
"""Points beyond a threshold that a connection must gain before the better word is used again."""
TOLD_FROM = 10
"""Points of change that are worth a message while the word stays."""
LOSS_COSTS = 5.0
"""Points for each hundredth of packets lost: 6 % are heard, 12 % are hard to follow (single losses are concealed)."""
TOLERATED_S = 0.15
"""Seconds of round trip that no talker notices (ITU-T G.114 asks for 150 ms one way)."""
DELAY_COSTS = 100.0
"""Points for each second of round trip beyond that."""
NEW_COUNTS = 0.4
"""Weight of one new second in the smoothed loss."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What `room.network_quality` tells."""

    quality: int
    """0 to 100."""
    threshold: Threshold

    def properties(self) -> dict[str, Any]:
        """Return what goes into `properties`."""
        return {"quality": self.quality, "threshold": self.threshold}


class NetworkQuality:
    """One participant's connection, looked at once a second."""

    def __init__(self) -> None:
        self.told = Quality(100, "good")
        """What the participant knows."""
        self._loss = 0.0

    def look(self, loss: float, round_trip: float | None) -> Quality | None:
        """Take the share of packets lost since the last look (0..1, the worse direction) and the round trip in seconds, if known;
        return what is to be told, None when nothing much has changed."""
        self._loss += NEW_COUNTS * (loss - self._loss)
        late = max(0.0, (round_trip or 0.0) - TOLERATED_S)
        points = max(0, min(100, round(100 - 100 * LOSS_COSTS * self._loss - DELAY_COSTS * late)))
        now = Quality(points, self._word(points))
        if now.threshold == self.told.threshold and abs(now.quality - self.told.quality) < TOLD_FROM:
            return None
        self.told = now
        return now

    def _word(self, points: int) -> Threshold:
        good = GOOD if self.told.threshold == "good" else GOOD + BACK
        low = LOW + BACK if self.told.threshold == "very-low" else LOW
        return "good" if points >= good else "low" if points >= low else "very-low"
