"""What is asked in a pause: is the turn over, and how long is it waited until that is taken for true?"""

from typing import Protocol

from engine.layers.flow.evidence import Evidence
from engine.layers.flow.waiting import WaitingModel


class WordsEndModel(Protocol):
    """Says how likely words end a turn; shared by all conversations."""

    def log_probability(self, text: str) -> float:
        """Return the log-probability (nats, <= 0) that a turn ends after the words of `text`.

        Punctuation and case do not count. Blocking (about 30 ms on one core); thread-safe.
        """

    def prepare(self, text: str) -> None:
        """Read the words of a partial text, so that the next question about the same turn is answered sooner; blocking."""

    def close(self) -> None:
        """Free the weights; safe to call twice."""


class TurnJudge(Protocol):
    """What turn taking asks in each pause of a participant; shared by all conversations."""

    def prepare(self, text: str) -> None:
        """Take the words of a turn that goes on; blocking (about 30 ms on one core), thread-safe."""

    def examine(self, sound: float, text: str) -> Evidence:
        """Return what speaks for the end of a turn.

        `sound`: smart-turn's probability at the pause (0..1). `text`: all words of the turn as the recogniser wrote them. Blocking
        (about 30 ms on one core); thread-safe.
        """

    def wait(self, evidence: Evidence | None, patience: str, slowness: float = 0.0) -> float:
        """Return the seconds of silence, since the last voiced frame, after which the turn is taken.

        `evidence`: None while nothing is known. `patience`: `low`, `medium` or `high`; raises InvalidInputError for another word.
        `slowness`: of the speaker, from `PauseHistory`. Takes microseconds; may be called on the event loop.
        """

    def close(self) -> None:
        """Free the weights; safe to call twice."""


class FusedJudge:
    """A `TurnJudge` that weighs sound and words together: the turn detection model `sparrow-1`."""

    def __init__(self, words: WordsEndModel, waiting: WaitingModel) -> None:
        self._words = words
        self._waiting = waiting

    def prepare(self, text: str) -> None:
        """Take the words of a turn that goes on; blocking."""
        self._words.prepare(text)

    def examine(self, sound: float, text: str) -> Evidence:
        """Return what speaks for the end of a turn; blocking. Raises ValueError for a `sound` that is no probability."""
        return Evidence(sound, text, self._words.log_probability(text))

    def wait(self, evidence: Evidence | None, patience: str, slowness: float = 0.0) -> float:
        """Return the seconds of silence after which the turn is taken."""
        return self._waiting.wait(evidence, patience, slowness)

    def close(self) -> None:
        """Free the weights; safe to call twice."""
        self._words.close()
