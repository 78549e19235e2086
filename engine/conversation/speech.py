"""What the replica may be saying: an answer, a fixed text, sound from outside."""

from typing import Protocol

from engine.conversation.trace import TurnTrace


class Speech(Protocol):
    """One thing that is said, from its first to its last sample."""

    inference_id: str
    trace: TurnTrace | None

    @property
    def seconds_heard(self) -> float:
        """Seconds of sound that were played."""

    async def run(self) -> None:
        """Prepare and, once released, speak; returns when all of it was heard or it was cut."""

    def release(self) -> None:
        """Let it be heard."""

    @property
    def text(self) -> str:
        """Its words as far as they are known, heard or not."""

    @property
    def binding(self) -> bool:
        """Whether something was done because of it, so that it cannot be taken back."""

    @property
    def nearly_over(self) -> bool:
        """Whether next to nothing of it is left to be heard."""

    def hold(self) -> bool:
        """Fall silent until `go_on` or `stop`; False: it cannot, or nothing is being said."""

    def go_on(self) -> None:
        """Say the rest, with no word lost."""

    def stop(self) -> None:
        """Fall silent at once."""

    def heard_text(self) -> str:
        """Return the words that were heard, as far as they are known."""

    def again(self) -> "Speech | None":
        """Return it anew, after it was stopped before anybody heard it; None: it is of no use any more."""

    def forget(self) -> None:
        """Nobody will hear the rest, nor what still comes of it."""
