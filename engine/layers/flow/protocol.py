"""What conversational flow asks of its models."""

from typing import Protocol

from engine.layers.audio import Samples


class VoiceActivityDetector(Protocol):
    """A detector with the state of one microphone; one instance per participant."""

    def probability(self, frame: Samples) -> float:
        """Return the probability (0..1) that the frame holds speech.

        `frame`: exactly `VAD_FRAME` samples at 16 kHz. Raises ValueError for any other length. Takes well under 1 ms and
        may be called on the event loop.
        """

    def reset(self) -> None:
        """Forget what was heard."""


class EndOfTurnDetector(Protocol):
    """Says from sound alone whether a speaker who fell silent has finished the turn; shared by all conversations."""

    def probability(self, audio: Samples) -> float:
        """Return the probability (0..1) that the turn is complete.

        `audio`: 16 kHz, the turn so far up to and including the current pause; only the last 8 s count. Blocking (60-120 ms on
        one core); thread-safe.
        """
