"""Recordings of an invented speaker: buzzes and hisses in the order of the phonemes."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training.voice.recipe import SAMPLE_RATE

SENTENCES = (
    "We sat down.",
    "The sea is cold, they say.",
    "Mary sold a new boat.",
    "All of us went home.",
    "Send me the list.",
    "His house is near the sea.",
    "You may sit here, Tom.",
    "She sang a long song.",
    "They sell soap and salt.",
    "Rain fell on the roof.",
    "Some of them were late.",
    "A mouse sat on the mat.",
)


def buzz(seconds: float, pitch: float = 150.0, tilt: float = 1.0) -> NDArray[np.float32]:
    """Harmonics of a pitch, the weaker the higher."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    partials = [np.sin(2 * np.pi * pitch * k * time) / k**tilt for k in range(1, 30)]
    return np.asarray(0.15 * np.sum(partials, axis=0), np.float32)


def hiss(seconds: float, seed: int = 0) -> NDArray[np.float32]:
    """White noise."""
    return (0.1 * np.random.default_rng(seed).standard_normal(int(seconds * SAMPLE_RATE))).astype(np.float32)


def silence(seconds: float) -> NDArray[np.float32]:
    """Almost nothing, as a microphone hears it."""
    return np.asarray(0.003 * hiss(seconds, 7), np.float32)


def record(folder: Path) -> Path:
    """Write the sentences as a corpus."""
    import soundfile

    (folder / "flac").mkdir(parents=True)
    lines = []
    for number, sentence in enumerate(SENTENCES):
        pieces = [silence(0.2)]
        for place, letter in enumerate(sentence.lower()):
            if letter in "sfth":
                pieces.append(hiss(0.07, place))
            elif letter.isalpha():
                pieces.append(buzz(0.08, 140 + 3 * place, 0.6 + (ord(letter) - 97) / 15))
            elif letter == ",":
                pieces.append(silence(0.1))
        pieces.append(silence(0.25))
        soundfile.write(folder / "flac" / f"s{number:02}.flac", np.concatenate(pieces), SAMPLE_RATE)
        lines.append(f"s{number:02}|{sentence}")
    (folder / "metadata.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder
