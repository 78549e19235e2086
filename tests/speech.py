"""Speech for tests: clips of the shared data when they are there, else those that the product ships; and word error rates."""

import os
import re
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.bench.clips import Clip, load_clips
from engine.room.playout import MEDIA_RATE

SHORT_QUESTIONS = ("spk1_snt1.flac", "spk1_snt3.flac", "spk1_snt5.flac")
"""One breath each, with transcripts."""


def shared_folder() -> Path | None:
    """Return the folder of shared test data, if this checkout has one."""
    named = os.environ.get("VISAVIS_SHARED")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared"
    return folder if folder.is_dir() else None


def three_clips() -> list[Clip]:
    """Return three clips that are one turn each."""
    shared = shared_folder()
    if shared is None:
        return [clip for clip in load_clips(None) if clip.transcript][:3]
    by_name = {clip.path.name: clip for clip in load_clips(shared / "data" / "eval")}
    return [by_name[name] for name in SHORT_QUESTIONS]


def write_microphone(path: Path, clips: list[Clip], *, lead: float, gap: float) -> list[float]:
    """Write the clips one after the other as a WAV; return the seconds at which each one's speech ends."""
    parts: list[NDArray[np.float32]] = [np.zeros(int(lead * MEDIA_RATE), dtype=np.float32)]
    ends, length = [], parts[0].size
    for clip in clips:
        samples = clip.samples()
        ends.append(length / MEDIA_RATE + (clip.true_end or samples.size / MEDIA_RATE))
        silence = np.zeros(int(gap * MEDIA_RATE), dtype=np.float32)
        parts += [samples, silence]
        length += samples.size + silence.size
    pcm = np.clip(np.concatenate(parts) * 32767, -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(MEDIA_RATE)
        file.writeframes(pcm.tobytes())
    return ends


def word_error_rate(said: str, understood: str) -> float:
    """Return the edits from `said` to `understood`, per word said."""
    reference, found = _words(said), _words(understood)
    row = list(range(len(found) + 1))
    for i, word in enumerate(reference, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(found, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1] / max(1, len(reference))


def _words(text: str) -> list[str]:
    return re.sub(r"[^a-z0-9' ]+", " ", text.lower()).split()
