"""What somebody in a room heard, saw and was told, each with the moment at which it arrived."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Heard:
    """20 ms of sound as it came out of the decoder."""

    time: float
    """Monotonic seconds at arrival of its end."""
    samples: NDArray[np.float32]
    """Mono, 48 kHz."""

    @property
    def level(self) -> float:
        """Root mean square."""
        return float(np.sqrt(np.mean(np.square(self.samples)))) if self.samples.size else 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One decoded frame, reduced to what tests and the bench look at."""

    time: float
    """Monotonic seconds."""
    luma: NDArray[np.uint8]
    """Every fourth pixel of the picture, shape [height // 4, width // 4]."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message of the data channel."""

    time: float
    """Monotonic seconds."""
    message: dict[str, Any]

    @property
    def event_type(self) -> str:
        """Its event type; empty when it has none."""
        return str(self.message.get("event_type", ""))


@dataclass(slots=True)
class Witnessed:
    """Everything that came out of the room so far, in order of arrival."""

    sound: list[Heard] = field(default_factory=list)
    pictures: list[Seen] = field(default_factory=list)
    messages: list[Told] = field(default_factory=list)
    picture_times: list[float] = field(default_factory=list)
    """Monotonic seconds at which each whole frame arrived, whether it was decoded or not."""

    def forget(self, before: float) -> None:
        """Drop sound, pictures and messages that arrived before a moment; the times of frames stay."""
        self.sound = [chunk for chunk in self.sound if chunk.time >= before]
        self.pictures = [picture for picture in self.pictures if picture.time >= before]
        self.messages = [message for message in self.messages if message.time >= before]
