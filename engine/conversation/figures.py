"""The calls in figures, for whoever watches the appliance: no ids and no names."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.room.media_counts import MediaCounts


@dataclass(frozen=True, slots=True)
class CallFigures:
    """All calls since the appliance started."""

    active: int
    """Calls that run now."""
    capacity: int
    """Calls carried at once."""
    started: int
    ended: Mapping[str, int]
    """By `shutdown_reason`, of which there are few."""
    media: MediaCounts
    slowest_fps: int | None
    """Frames drawn within the last second in the room where they were fewest; None when no room shows a picture."""
