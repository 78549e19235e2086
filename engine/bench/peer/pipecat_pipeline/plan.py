"""What the pipeline is made of, as the bench hands it over."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Plan:
    """The appliance's own model files and settings, and what pipecat is told besides; a JSON object on the way."""

    whisper: str
    """Folder of a CTranslate2 Whisper."""
    chat: str
    """GGUF file."""
    voice: str
    """`*.onnx` of a Piper voice, its configuration beside it."""
    vad: str
    """Silero's network, version 6."""
    smart_turn: str
    """smart-turn v3's network."""
    device: str
    """`cpu` or `cuda`."""
    gpu_layers: int
    """Layers of the chat model on the GPU; -1: all."""
    system_prompt: str
    context: int
    """Tokens of the chat model's context."""
    threads: int
    """Of the chat model."""
    temperature: float
    top_p: float
    top_k: int
    repeat_penalty: float
    max_tokens: int
    seed: int
    stop_secs: float | None
    """Seconds of silence after which the VAD says that speech has stopped; None: pipecat's default."""
    beam: int | None
    """Whisper's beam; None: the default of what pipecat calls."""
    compute_type: str
    """Whisper's arithmetic, `default` is pipecat's default."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote; raises OSError, ValueError, TypeError."""
        return cls(**json.loads(path.read_text("utf-8")))
