"""What speaks in the comparison: a Piper-format voice, and the classic synthesisers of the machine."""

import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.training.voice.phonemes import Phonemizer
from models.training.voice.signals import Floats


class System(Protocol):
    """Anything that speaks English texts."""

    name: str

    def speak(self, text: str) -> tuple[Floats, int]:
        """Samples and their rate."""
        ...


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence of a Piper-format voice."""

    samples: Floats
    durations: NDArray[np.float32]
    """Frames of each symbol."""
    processor_seconds: float
    seconds: float


class PiperFormatVoice:
    """An ONNX voice on one thread."""

    name = "ours"

    def __init__(self, path: Path, config: dict[str, Any]) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._ids: dict[str, list[int]] = config["phoneme_id_map"]
        self.rate = int(config["audio"]["sample_rate"])
        self.hop = int(config["hop_length"])
        inference = config["inference"]
        self._scales = [inference["noise_scale"], inference["length_scale"], inference["noise_w"]]
        self._phonemizer = Phonemizer()

    def speak(self, text: str) -> tuple[Floats, int]:
        """Samples and their rate."""
        return self.spoken(text).samples, self.rate

    def spoken(self, text: str, length: float = 1.0, shift: float = 0.0) -> Spoken:
        """Speak and take the time; `length` stretches, `shift` raises the pitch by semitones (our own voices only)."""
        tokens = [token for token in self._phonemizer.tokens(text) if token in self._ids]
        # As Piper does it: padding after every symbol but the last.
        ids = [number for token in tokens for number in (*self._ids[token], 0)][:-1]
        noise, usual, spread = self._scales
        began, worked = time.perf_counter(), time.process_time()
        samples, durations = self._session.run(
            None,
            {
                "input": np.array([ids], np.int64),
                "input_lengths": np.array([len(ids)], np.int64),
                "scales": np.array([noise, usual * length, spread, *([shift] if shift else [])], np.float32),
            },
        )
        return Spoken(
            samples.reshape(-1), durations.reshape(-1), time.process_time() - worked, time.perf_counter() - began
        )


class Program:
    """A synthesiser that writes a WAV file when it is run."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self._command = command

    def speak(self, text: str) -> tuple[Floats, int]:
        """Samples and their rate; raises subprocess.CalledProcessError."""
        import soundfile

        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "spoken.wav"
            command = [part.format(text=text, target=target) for part in self._command]
            subprocess.run(command, check=True, capture_output=True)
            samples, rate = soundfile.read(target, dtype="float32")
        return samples, int(rate)


def peers() -> list[System]:
    """Return flite's best voice and espeak-ng, as far as they are installed."""
    known = {
        "flite": ["flite", "-voice", "slt", "-t", "{text}", "-o", "{target}"],
        "espeak": ["espeak-ng", "-v", "en-us", "-s", "160", "-w", "{target}", "{text}"],
    }
    return [Program(name, command) for name, command in known.items() if shutil.which(command[0])]
