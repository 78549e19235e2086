"""Who is told what happens in a room."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.room.participant import Participant


class RoomListener(Protocol):
    """Who is told what happens in a room. Everything but `draw` runs on the event loop."""

    def joined(self, participant: Participant) -> None:
        """A participant is here: their connection is up for the first time."""

    def left(self, session_id: str) -> None:
        """A participant is gone, for good."""

    def heard(self, participant: Participant, samples: NDArray[np.float32]) -> None:
        """A participant's microphone: 16 kHz mono, shape [n]."""

    def noise_cancellation(self, participant: Participant, on: bool) -> None:
        """A participant wants the noise in their sound suppressed, or no longer."""

    def played(self, position: int, sound: NDArray[np.int16]) -> None:
        """20 ms of the replica's voice, silence included, as everybody hears it: mono, 48 kHz, from a media sample on."""

    def received(self, participant: Participant, message: dict[str, Any]) -> None:
        """A message of the data channel."""

    def recording_wished(self, participant: Participant, on: bool) -> None:
        """A participant wants the call recorded, or no longer. Raises InvalidInputError when it cannot be."""

    def failed(self) -> None:
        """The clock has stopped for good: nobody hears or sees the replica any more."""

    def draw(self, position: int) -> NDArray[np.uint8]:
        """Return the frame of a media sample as planar YUV 4:2:0; runs in the renderer thread."""
