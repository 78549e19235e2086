"""Sentences as the acoustic model and the prosody net see them: tokens, their durations, and frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.training.voice.alignment import align
from models.training.voice.arrays import load_arrays, save_arrays
from models.training.voice.corpus import Corpus, Sentence
from models.training.voice.features import Recording
from models.training.voice.phonemes import Phonemizer, Unit, units_of
from models.training.voice.pitch import interpolated_log
from models.training.voice.recipe import HOP, LEAD_FRAMES, TAIL_FRAMES
from models.training.voice.signals import Floats
from models.training.voice.stages import Run

_SLOWEST, _FASTEST = 2.0, 0.5


@dataclass(frozen=True, slots=True)
class Utterance:
    """One aligned sentence, cut to the speech and a little silence around it."""

    key: str
    tokens: tuple[str, ...]
    durations: NDArray[np.int64]
    """Frames of each token."""
    first: int
    """The recording's frame where it begins."""
    mel: Floats
    log_f0: Floats
    """Continuous."""
    voiced: Floats

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return int(self.mel.shape[0])


def utterances(corpus: Corpus, recordings: Mapping[str, Recording], run: Run) -> dict[str, Utterance]:
    """Align all sentences, or read an earlier alignment; sentences whose text and sound do not match are left out."""
    phonemizer = Phonemizer()
    sentences = corpus.everything
    tokens = [phonemizer.tokens(sentence.text) for sentence in sentences]
    units = [units_of(mine) for mine in tokens]
    starts = _starts(sentences, recordings, units, run)
    found = {
        sentence.key: _utterance(recordings[sentence.key], mine, parts, begins)
        for sentence, mine, parts, begins in zip(sentences, tokens, units, starts, strict=True)
    }
    pace = {key: one.frames / len(one.tokens) for key, one in found.items()}
    usual = float(np.median(list(pace.values())))
    odd = {key for key, value in pace.items() if not _FASTEST * usual < value < _SLOWEST * usual}
    for key in sorted(odd):
        run.report(f"{key} is left out: its sound does not fit its text")
    return {key: one for key, one in found.items() if key not in odd}


def of(part: Sequence[Sentence], found: Mapping[str, Utterance]) -> list[Utterance]:
    """Return the utterances of a part of the corpus."""
    return [found[sentence.key] for sentence in part if sentence.key in found]


def _starts(
    sentences: Sequence[Sentence], recordings: Mapping[str, Recording], units: Sequence[Sequence[Unit]], run: Run
) -> list[NDArray[np.int64]]:
    path = run.folder / "alignment.npz"
    # Another speaker made from the same recordings says everything at the same time.
    for known in (path, *([run.parent / path.name] if run.parent is not None else [])):
        saved = load_arrays(known) if known.is_file() else {}
        if all(sentence.key in saved for sentence in sentences):
            return [saved[sentence.key].astype(np.int64) for sentence in sentences]
    starts = align([recordings[sentence.key].samples for sentence in sentences], units, run.report)
    save_arrays(path, {sentence.key: begins for sentence, begins in zip(sentences, starts, strict=True)})
    return starts


def _utterance(recording: Recording, tokens: list[str], units: Sequence[Unit], starts: NDArray[np.int64]) -> Utterance:
    edges = np.minimum(np.round(starts / HOP).astype(np.int64), recording.frames)
    edges[0] = max(edges[0], edges[1] - LEAD_FRAMES)
    edges[-1] = min(edges[-1], edges[-2] + TAIL_FRAMES)
    durations = np.zeros(len(tokens), np.int64)
    for unit, begin, end in zip(units, edges[:-1], edges[1:], strict=True):
        length = int(end - begin)
        durations[unit.start] = length - length // 2 if unit.count == 2 else length
        if unit.count == 2:
            durations[unit.start + 1] = length // 2
    cut = slice(int(edges[0]), int(edges[-1]))
    log_f0 = interpolated_log(recording.f0.astype(np.float64))
    voiced = (recording.f0 > 0).astype(np.float32)
    return Utterance(recording.key, tuple(tokens), durations, cut.start, recording.mel[cut], log_f0[cut], voiced[cut])
