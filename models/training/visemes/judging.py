"""How well mouths are read from voices that were never heard in training."""

import re
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.replica.performance.articulation import ARTICULATORS, Articulator, Contact, parting, touch
from engine.layers.replica.performance.hearing import MouthReader, Mouths, mouth_of
from engine.layers.tts.basic_voice import BasicVoice
from engine.layers.tts.protocol import SpokenClause
from engine.layers.tts.spans import PhonemeSpan
from models.training.visemes.lessons import mouths_of, padded

FLITE_VOICES: Final = ("slt", "rms", "awb")
_CHUNK: Final = HEARING_RATE // 10
_ARPABET: Final = {
    "pau": "", "aa": "ɑː", "ae": "æ", "ah": "ʌ", "ao": "ɔː", "aw": "aʊ", "ax": "ə", "ay": "aɪ", "b": "b", "ch": "tʃ", "d": "d", "dh": "ð",
    "eh": "ɛ", "er": "ɜː", "ey": "eɪ", "f": "f", "g": "ɡ", "hh": "h", "ih": "ɪ", "iy": "iː", "jh": "dʒ", "k": "k", "l": "l", "m": "m",
    "n": "n", "ng": "ŋ", "ow": "oʊ", "oy": "ɔɪ", "p": "p", "r": "ɹ", "s": "s", "sh": "ʃ", "t": "t", "th": "θ", "uh": "ʊ", "uw": "uː",
    "v": "v", "w": "w", "y": "j", "z": "z", "zh": "ʒ",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Score:
    """What became of one voice."""

    opening: float
    """Correlation of the mouth's opening with what the phonemes ask for."""
    rounding: float
    """Correlation of the pucker."""
    seals_found: float
    """Share of P B M for which the lips closed."""
    seals_right: float
    """Share of the closures that were P B M."""

    def rounded(self) -> dict[str, float]:
        """Return the numbers for a report."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def score(reader: MouthReader, clauses: Sequence[SpokenClause]) -> Score:
    """Compare what is read from the sound of clauses with the mouths that their phonemes ask for."""
    read: list[Mouths] = []
    asked: list[Mouths] = []
    for clause in clauses:
        sound = padded(clause.samples, clause.sample_rate)
        read.append(heard(reader, sound))
        asked.append(mouths_of(clause.phonemes, clause.sample_rate, len(read[-1])))
    told, right = np.concatenate(read), np.concatenate(asked)
    seal, pucker = ARTICULATORS + Contact.SEAL, Articulator.PUCKER
    found, wanted = told[:, seal] > 0.5, right[:, seal] > 0.9
    return Score(
        opening=_correlation(_openings(told), _openings(right)),
        rounding=_correlation(told[:, pucker], right[:, pucker]),
        seals_found=_touched(wanted, found),
        seals_right=_touched(found, right[:, seal] > 0.0),
    )


def heard(reader: MouthReader, sound: Samples) -> Mouths:
    """Read a sound as a stream."""
    stream = reader.listen()
    pieces = [stream.hear(sound[start : start + _CHUNK]) for start in range(0, sound.size, _CHUNK)]
    return np.concatenate([*pieces, stream.finish()])


def espeak_clauses(texts: Sequence[str]) -> list[SpokenClause]:
    """Let espeak-ng speak."""
    voice = BasicVoice()
    return [voice.speak(text) for text in texts]


def flite_clauses(voice: str, texts: Sequence[str]) -> list[SpokenClause]:
    """Let flite speak; nothing where it is not installed."""
    program = shutil.which("flite")
    return [] if program is None else [_flite(program, voice, text) for text in texts]


def _flite(program: str, voice: str, text: str) -> SpokenClause:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        command = [program, "-voice", voice, "-psdur", "-t", text, "-o", str(path)]
        segments = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
        with wave.open(str(path)) as file:
            rate = file.getframerate()
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768.0
    spans: list[PhonemeSpan] = []
    start = 0
    for name, end in re.findall(r"([a-z]+):([\d.]+)", segments):
        until = round(float(end) * rate)
        spans.append(PhonemeSpan(_ARPABET.get(name, "ə"), start, until - start))
        start = until
    return SpokenClause(text, samples, rate, tuple(spans))


def _openings(mouths: Mouths) -> list[float]:
    openings = []
    for features in mouths:
        mouth = mouth_of(features)
        touch(mouth.weights, mouth.seal, mouth.tuck, mouth.between)
        openings.append(max(0.0, parting(mouth.weights)))
    return openings


def _correlation(one: Sequence[float] | Mouths, other: Sequence[float] | Mouths) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def _touched(
    runs: np.ndarray[tuple[int], np.dtype[np.bool_]], marks: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> float:
    """Share of the runs of True in `runs` during which `marks` is ever True."""
    borders = np.flatnonzero(np.diff(np.concatenate([[False], runs, [False]]).astype(np.int8)))
    hits = [bool(marks[first:last].any()) for first, last in zip(borders[::2], borders[1::2], strict=True)]
    return float(np.mean(hits)) if hits else 0.0
