"""What the conversation asks of a voice."""

from dataclasses import dataclass
from typing import Protocol

from engine.layers.audio import Samples
from engine.layers.cancel import CancelToken
from engine.layers.tts.spans import PhonemeSpan, WordSpan
from engine.layers.tts.style import NATURAL, SpeakingStyle


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
    words: tuple[WordSpan, ...] = ()
    """The words of `text` in order, with the samples in which each is heard; none where a voice cannot tell."""
    timed: bool = True
    """Whether the voice told when it says each phoneme; else `phonemes` are only spread over the sound."""


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

    def speak(self, text: str, *, style: SpeakingStyle = NATURAL, cancel: CancelToken | None = None) -> SpokenClause:
        """Synthesise one clause.

        `text` ends with its own punctuation, which shapes melody and the pause after it; clauses may be put one after the other as they
        are. Blocking; thread-safe (calls are serialised inside if the engine needs it). Every clause has the same loudness (ITU-R
        BS.1770) but for what `style` asks, and no true peak above -1 dBTP. A cancelled call may return a clause of zero samples. Text
        without anything to pronounce gives zero samples.
        """
