"""What Whisper hears of a voice: its words, and how far its sound is from a person's recordings of the same texts."""

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from engine.errors import InvalidInputError
from engine.layers.audio import Samples
from engine.layers.tts.protocol import SpokenClause, Voice
from models.training.voice.corpus import CorpusError, read_corpus
from models.training.voice.evaluation.listener import Listener, frechet_distance
from models.training.voice.evaluation.systems import System, peers
from models.training.voice.evaluation.words import word_errors
from models.training.voice.recipe import SEED

_LEAD, _TAIL = 0.06, 0.14
"""Seconds of silence before and after the speech of everybody alike. A room's, a vocoder's and no sound at all look different to the
encoder, and none of them is the voice: all are exchanged for zeros."""
_QUIET: Final = 0.01
"""Share of the loudest sample below which there is silence."""
_LEVEL: Final = 0.08
"""RMS of the speech that the listener is given."""

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Held:
    """Texts that no voice was trained on, as a person says them."""

    texts: tuple[str, ...]
    recordings: tuple[tuple[Samples, int], ...]
    """Sound and rate."""


def held_out(folder: Path | None, note: Note) -> Held | None:
    """Read the held-out recordings of a folder with `metadata.csv` and `flac/`; None without a folder.

    Raises InvalidInputError naming the file that is not as it should be.
    """
    if folder is None:
        note("no recordings, so no embedding distance; give them with --data FOLDER (metadata.csv and flac/)")
        return None
    try:
        sentences = read_corpus(folder, SEED).held_out
    except CorpusError as error:
        raise InvalidInputError("data", str(folder), f"a folder with metadata.csv and flac/ is ({error})") from error
    return Held(
        tuple(sentence.text for sentence in sentences), tuple(_recording(sentence.audio) for sentence in sentences)
    )


def listen(
    whisper: Path | None, spoken: Sequence[SpokenClause], voice: Voice, held: Held, note: Note
) -> dict[str, Any]:
    """Return `wer` of what was `spoken` and, with held-out recordings, the figures against them."""
    report: dict[str, Any] = {
        "wer": None,
        "held_out_wer": {"ours": None, "speaker": None},
        "embedding_distance": {"ours": None, "flite": None, "espeak": None, "ours_to_flite": None},
    }
    if whisper is None:
        return report
    listener = Listener(whisper)
    note("listening ...")
    heard = [listener.text(speech_alone(clause.samples, clause.sample_rate), clause.sample_rate) for clause in spoken]
    report["wer"] = round(word_errors([clause.text for clause in spoken], heard).rate, 4)
    if not held.texts:
        return report
    note(f"listening to {len(held.texts)} recordings and to the same texts spoken ...")
    person = [(speech_alone(samples, rate), rate) for samples, rate in held.recordings]
    ours = [_spoken(voice, text) for text in held.texts]
    for name, sounds in (("speaker", person), ("ours", ours)):
        heard = [listener.text(samples, rate) for samples, rate in sounds]
        report["held_out_wer"][name] = round(word_errors(held.texts, heard).rate, 4)
    real = [listener.frames(samples, rate) for samples, rate in person]

    def distance(sounds: Sequence[tuple[Samples, int]]) -> float:
        return round(frechet_distance([listener.frames(samples, rate) for samples, rate in sounds], real), 2)

    distances = report["embedding_distance"]
    distances["ours"] = distance(ours)
    for peer in _peers(note):
        note(f"{peer.name}: speaking ...")
        said = [peer.speak(text) for text in held.texts]
        distances[peer.name] = distance([(speech_alone(samples, rate), rate) for samples, rate in said])
    if distances["flite"]:
        distances["ours_to_flite"] = round(distances["ours"] / distances["flite"], 3)
    return report


def _peers(note: Note) -> list[System]:
    if importlib.util.find_spec("soundfile") is None:
        note("the peers' files cannot be read; install the reader with: pip install 'visavis[train]'")
        return []
    found = peers()
    for name, package in (("flite", "flite"), ("espeak", "espeak-ng")):
        if not any(peer.name == name for peer in found):
            note(f"{package} is not installed, so there is no comparison with it")
    return found


def _spoken(voice: Voice, text: str) -> tuple[Samples, int]:
    clause = voice.speak(text)
    return speech_alone(clause.samples, clause.sample_rate), clause.sample_rate


def speech_alone(samples: Samples, rate: int) -> Samples:
    """Cut to the speech, at the same level and with the same silence around it for everybody."""
    size = max(1, rate // 100)
    frames = samples[: samples.size // size * size].reshape(-1, size).astype(np.float64)
    power = np.mean(frames**2, axis=1)
    loud = np.flatnonzero(power > (_QUIET**2) * power.max(initial=0.0))
    if not loud.size:
        return samples
    speech = samples[int(loud[0]) * size : (int(loud[-1]) + 1) * size]
    active = np.sqrt(np.mean(power[power > 1e-3 * power.max()]))
    around = (int(_LEAD * rate), int(_TAIL * rate))
    return np.pad(np.asarray(np.clip(speech * (_LEVEL / active), -1.0, 1.0), np.float32), around)


def _recording(path: Path) -> tuple[Samples, int]:
    try:
        with av.open(str(path)) as container:
            frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
            rate = int(container.streams.audio[0].rate or 0)
    except (av.error.FFmpegError, OSError, IndexError) as error:
        raise InvalidInputError("data", str(path), f"a sound file that can be read is ({error})") from error
    whole = np.concatenate([frame.reshape(-1) for frame in frames])
    scale = np.iinfo(whole.dtype).max + 1 if np.issubdtype(whole.dtype, np.integer) else 1
    return np.asarray(whole / scale, np.float32), rate
