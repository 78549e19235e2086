"""What the conversation asks of a speech recogniser."""

from dataclasses import dataclass
from typing import Protocol

from engine.layers.audio import Samples
from engine.layers.cancel import CancelToken


@dataclass(frozen=True, slots=True)
class Transcription:
    """What was understood of one stretch of sound."""

    text: str
    """Stripped; empty when there was no speech or the text was found to be a hallucination."""
    average_log_probability: float
    """Mean log-probability per token; nearer 0 is surer."""
    used_full_window: bool
    """Whether the guard on the short window tripped and the 30 s window was used."""
    milliseconds: float
    """Time spent in the recogniser."""


class Recognizer(Protocol):
    """A speech recogniser shared by all conversations."""

    def transcribe(
        self,
        audio: Samples,
        *,
        language: str = "en",
        hotwords: str = "",
        cancel: CancelToken | None = None,
    ) -> Transcription:
        """Transcribe `audio` (16 kHz; anything longer than 29 s is cut at the front).

        `language`: ISO 639-1 code. `hotwords`: words to listen for, separated by commas. Blocking; thread-safe. A cancelled call
        returns an empty text as soon as it can.
        """
