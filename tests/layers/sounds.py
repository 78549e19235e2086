"""Sounds to listen to: recorded speech where the shared data are, else the basic voice."""

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soundfile

from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.tts.basic_voice import BasicVoice


@dataclass(frozen=True, slots=True)
class Clip:
    samples: Samples
    words: str
    """Empty when not transcribed."""
    end: float | None
    """Seconds at which the turn ends; None when the speaker was going to go on."""
    pauses: tuple[tuple[float, float], ...]


def shared_folder(name: str) -> Path | None:
    """Return a folder of the shared evaluation data, None where they are not."""
    root = Path(os.environ.get("VISAVIS_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
    folder = root / "data" / "eval" / name
    return folder if folder.is_dir() else None


@cache
def recorded_turns() -> tuple[Clip, ...]:
    """Return the shared clips of real speech, none where they are not."""
    folder = shared_folder("turns")
    if folder is None:
        return ()
    rows = [json.loads(line) for line in (folder / "turns.jsonl").read_text().splitlines()]
    return tuple(
        Clip(
            read(folder / row["file"]),
            row["transcript"] or "",
            row["true_end"],
            tuple((start, end) for start, end in row["pauses"]),
        )
        for row in rows
    )


def read(path: Path) -> Samples:
    samples, rate = soundfile.read(path, dtype="float32")
    assert rate == HEARING_RATE
    return np.asarray(samples, dtype=np.float32)


@cache
def speech() -> Clip:
    """Return one clearly spoken sentence with silence around it."""
    for clip in recorded_turns():
        if clip.words == "sunday is the best part of the week":
            return clip
    words = "my name is anna and i live in london"
    spoken = BasicVoice().speak("My name is Anna and I live in London.")
    at = np.arange(0, len(spoken.samples), spoken.sample_rate / HEARING_RATE)
    resampled = np.interp(at, np.arange(len(spoken.samples)), spoken.samples).astype(np.float32)
    around = silence(0.5)
    return Clip(np.concatenate([around, resampled, around]), words, None, ())


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * HEARING_RATE), dtype=np.float32)


def noise(seconds: float, level: float, seed: int = 0) -> Samples:
    drawn = np.random.default_rng(seed).normal(0.0, level, int(seconds * HEARING_RATE))
    return drawn.astype(np.float32)
