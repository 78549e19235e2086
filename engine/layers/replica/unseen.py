"""The face of a conversation without pictures."""

from engine.layers.audio import Samples
from engine.layers.replica.protocol import FaceSpeech, Picture, ReplicaState


class Unseen:
    """A `ReplicaSession` that costs nothing, for calls in which nobody is shown."""

    def say(self, speech: FaceSpeech) -> None:
        """Nobody sees the mouth."""

    def hear(self, start: int, samples: Samples, *, more: bool = False) -> None:
        """Nobody sees the mouth."""

    def silence_from(self, position: int) -> None:
        """There is nothing to drop."""

    def feel(self, emotion: str, position: int, strength: float = 1.0) -> None:
        """Nobody sees it."""

    def attend(self, position: int) -> None:
        """Nobody sees it."""

    def frame(self, position: int, state: ReplicaState) -> Picture:
        """Raise RuntimeError: such a call asks for no frames."""
        raise RuntimeError("there is no picture in a call of sound alone")

    def close(self) -> None:
        """There is nothing to free."""
