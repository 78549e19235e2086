"""What the conversation asks of a voice."""

from dataclasses import dataclass
from typing import Protocol

from engine.layers.audio import Samples
from engine.layers.cancel import CancelToken


@dataclass(frozen=True, slots=True)
class PhonemeSpan:
    """A phoneme and where it lies in the sound."""

    phoneme: str
    """IPA as espeak-ng writes it, without stress marks; empty for silence."""
    start: int
    """First sample, at the rate of the clause that holds it."""
    length: int
    """Samples."""


@dataclass(frozen=True, slots=True)
class SpokenClause:
    """One clause, synthesised."""

    text: str
    """The words as the model wrote them, before normalisation."""
    samples: Samples
    sample_rate: int
    """Hz."""
    phonemes: tuple[PhonemeSpan, ...]
    """In order and without overlap, covering the clause; silence included."""


class Voice(Protocol):
    """A voice shared by all conversations."""

    @property
    def name(self) -> str:
        """What it is called in the catalogue."""

    @property
    def language(self) -> str:
        """As BCP 47, such as `en-US`."""

    @property
    def basic(self) -> bool:
        """Whether this is the last resort, to be marked as "basic voice" wherever it shows."""

    def speak(self, text: str, *, speed: float = 1.0, cancel: CancelToken | None = None) -> SpokenClause:
        """Synthesise one clause.

        `text` ends with its own punctuation, which shapes melody and the pause after it. `speed`: 0.5..2, 1 is natural.
        Blocking; thread-safe (calls are serialised inside if the engine needs it). Loudness is fixed for the voice, not
        normalised per clause. A cancelled call may return a clause of zero samples. Text without anything to pronounce gives zero samples.
        """
