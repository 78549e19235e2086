"""Everything measured once per recording, kept in one file."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training.voice.arrays import load_arrays, save_arrays
from models.training.voice.corpus import Corpus, Sentence
from models.training.voice.pitch import fundamental, noise_share
from models.training.voice.recipe import HOP
from models.training.voice.signals import Floats, log_mel, read_recording
from models.training.voice.speaker import RECORDED, Speaker, disguised


@dataclass(frozen=True, slots=True)
class Recording:
    """The features of one sentence; all but the samples have one row per frame."""

    key: str
    samples: Floats
    mel: Floats
    f0: Floats
    noise: Floats
    """Share of noise in the power, 65 bands."""

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return int(self.f0.size)


def measure(sentence: Sentence, speaker: Speaker = RECORDED) -> Recording:
    """Read one recording and measure it as `speaker` would have said it; raises CorpusError."""
    samples = read_recording(sentence.audio)
    f0 = fundamental(samples)
    if not speaker.recorded:
        other = disguised(samples, f0, speaker)
        return Recording(sentence.key, other.samples, log_mel(other.samples), other.f0.astype(np.float32), other.noise)
    return Recording(sentence.key, samples, log_mel(samples), f0.astype(np.float32), noise_share(samples, f0))


def prepare(corpus: Corpus, path: Path, processes: int = 1, speaker: Speaker = RECORDED) -> dict[str, Recording]:
    """Measure all sentences, or read what an earlier run measured; raises CorpusError."""
    wanted = [sentence.key for sentence in corpus.everything]
    if path.is_file():
        found = _unpacked(load_arrays(path))
        if sorted(found) == sorted(wanted):
            return {key: found[key] for key in wanted}
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            recordings = list(pool.map(partial(measure, speaker=speaker), corpus.everything, chunksize=8))
    else:
        recordings = [measure(sentence, speaker) for sentence in corpus.everything]
    save_arrays(path, _packed(recordings))
    # Read back, so that a fresh run and a resumed one see the same rounded values.
    found = _unpacked(load_arrays(path))
    return {key: found[key] for key in wanted}


def _packed(recordings: list[Recording]) -> dict[str, NDArray[np.generic]]:
    return {
        "keys": np.array([recording.key for recording in recordings]),
        "frames": np.array([recording.frames for recording in recordings]),
        "samples": np.concatenate([np.round(recording.samples * 32_767).astype(np.int16) for recording in recordings]),
        "mel": np.concatenate([recording.mel.astype(np.float16) for recording in recordings]),
        "f0": np.concatenate([recording.f0 for recording in recordings]),
        "noise": np.concatenate([recording.noise.astype(np.float16) for recording in recordings]),
    }


def _unpacked(arrays: dict[str, NDArray[np.generic]]) -> dict[str, Recording]:
    ends = np.cumsum(arrays["frames"].astype(np.int64))
    found: dict[str, Recording] = {}
    for key, start, end in zip(arrays["keys"], [0, *ends[:-1]], ends, strict=True):
        found[str(key)] = Recording(
            str(key),
            arrays["samples"][start * HOP : end * HOP].astype(np.float32) / np.float32(32_767),
            arrays["mel"][start:end].astype(np.float32),
            arrays["f0"][start:end].astype(np.float32),
            arrays["noise"][start:end].astype(np.float32),
        )
    return found
