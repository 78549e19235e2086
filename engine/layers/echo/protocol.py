"""What a conversation asks of whoever keeps the replica from listening to itself."""

from typing import Protocol

from engine.layers.audio import Samples
from engine.layers.echo.guard import Heard


class MicrophoneGuard(Protocol):
    """The guard of one microphone; used by one thread at a time."""

    def hear(self, samples: Samples) -> Heard:
        """Judge a block of the microphone, 16 kHz, any length. Takes well under 1 ms and may be called on the event loop."""
