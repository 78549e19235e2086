"""What became of a room's media, added up."""

from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class MediaCounts:
    """Counts since a room, or an appliance, began; two of them can be added."""

    clock_ms: int = 0
    """Milliseconds of media that room clocks handed out."""
    late_ticks: int = 0
    """Ticks of 20 ms of sound that left more than 10 ms late."""
    frames: int = 0
    """Frames drawn."""
    skipped_frames: int = 0
    """Frames not drawn because the one before was still being drawn."""
    failed_frames: int = 0
    """Frames that the face could not draw."""
    dropped_frames: int = 0
    """Frames thrown away because a participant's sender did not keep up."""
    dropped_sound_ms: int = 0
    """Sound thrown away because a participant's sender did not keep up."""
    lost_microphone_ms: int = 0
    """Sound of participants that never arrived, and was concealed or became silence."""

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))
