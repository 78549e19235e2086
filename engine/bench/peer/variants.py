"""The settings in which the peer is measured."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Variant:
    """What pipecat is told besides the models."""

    name: str
    stop_secs: float | None = None
    """Seconds of silence after which its VAD says that speech has stopped; None: its default."""
    beam: int | None = None
    """Whisper's beam; None: the default of what it calls (5)."""
    compute_type: str = "default"
    """Whisper's arithmetic; `default`: as pipecat asks for it, which is as the file has it or, where the processor lacks that, float32."""


DEFAULTS: Final = Variant("pipecat at its defaults")
TUNED: Final = Variant("pipecat tuned", stop_secs=0.2, beam=1, compute_type="int8")
"""The quickest that its settings allow with these models; the arithmetic is what the appliance itself asks for on a processor."""
