"""What the conversation asks of a speech recogniser."""

from collections.abc import Collection
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
    language: str = ""
    """ISO 639-1 code of the language in which the text was understood; empty where nothing was."""


class Recognizer(Protocol):
    """A speech recogniser shared by all conversations."""

    def transcribe(
        self,
        audio: Samples,
        *,
        language: str = "en",
        others: Collection[str] = (),
        hotwords: str = "",
        partial: bool = False,
        cancel: CancelToken | None = None,
    ) -> Transcription:
        """Transcribe `audio` (16 kHz; anything longer than 29 s is cut at the front).

        `language`: ISO 639-1 code. `others`: codes of languages that may be spoken instead; which one it is, is found out when
        there are some, and where the sound does not tell it stays with `language`. A recogniser of one language ignores both.
        `hotwords`: names and terms to listen for, as a text of any form; the first 400 characters count. `partial`: more is coming, and
        what is understood now must come soon: a doubtful text is left empty instead of being heard again. Blocking; thread-safe. A
        cancelled call returns an empty text as soon as it can.
        """
