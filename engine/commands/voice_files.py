"""Speaking into a file, and trying a voice that is about to be imported."""

import os
import shutil
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.conversation.clauses import ClauseSplitter
from engine.errors import InvalidInputError, VisavisError
from engine.layers.audio import Samples
from engine.layers.tts.piper_voice import PiperVoiceEngine
from engine.layers.tts.protocol import Voice


@dataclass(frozen=True, slots=True)
class SpokenFile:
    """A text that was spoken into a file."""

    path: Path
    voice: str
    language: str
    """As BCP 47, of the voice."""
    basic: bool
    sample_rate: int
    """Hz."""
    seconds: float
    """Of sound."""
    took: float
    """Seconds of work, the loading of the voice left out."""

    @property
    def realtime_factor(self) -> float:
        """Seconds of work for a second of sound."""
        return self.took / self.seconds

    def as_json(self) -> dict[str, Any]:
        """Return the values that JSON knows."""
        return {
            "path": str(self.path),
            "voice_name": self.voice,
            "language": self.language,
            "basic": self.basic,
            "sample_rate": self.sample_rate,
            "seconds": round(self.seconds, 3),
            "took_seconds": round(self.took, 3),
            "realtime_factor": round(self.realtime_factor, 4),
        }


def speak_to_file(voice: Voice, text: str, path: Path) -> SpokenFile:
    """Speak `text`, clause by clause as in a conversation, into a mono WAV of 16 bits; it is there whole or not at all.

    Raises InvalidInputError for a text that says nothing, VisavisError when the file cannot be written.
    """
    splitter = ClauseSplitter()
    clauses = [*splitter.feed(text), *splitter.flush()]
    started = time.perf_counter()
    spoken = [voice.speak(clause) for clause in clauses]
    took = time.perf_counter() - started
    samples: Samples = np.concatenate([np.zeros(0, np.float32), *(clause.samples for clause in spoken)])
    if not samples.size:
        raise InvalidInputError("text", text, f"a text that {voice.name} can pronounce is")
    rate = spoken[0].sample_rate
    _write(path, samples, rate)
    return SpokenFile(path, voice.name, voice.language, voice.basic, rate, samples.size / rate, took)


def check_that_it_speaks(network: Path, config: Path) -> None:
    """Let a voice in the Piper format say something. Raises ModelUnavailableError when it does not.

    It is tried alone in a folder of its own, so that a network which takes its weights from other files does not load.
    """
    with tempfile.TemporaryDirectory(prefix="visavis-voice-") as folder:
        alone = Path(folder) / "voice.onnx"
        shutil.copyfile(network, alone)
        shutil.copyfile(config, alone.with_name("voice.onnx.json"))
        PiperVoiceEngine(alone, alone.with_name("voice.onnx.json"))


def _write(path: Path, samples: Samples, rate: int) -> None:
    pcm = np.clip(np.rint(samples * 32767.0), -32768, 32767).astype("<i2")
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("wb") as raw, wave.open(raw, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(pcm.tobytes())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise VisavisError(f"{path} cannot be written: {error.strerror or error}") from error
