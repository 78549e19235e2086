"""Speech for the tests, and what a mesh would make of the weights."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.replica.performance.expression import Expression
from engine.layers.replica.performance.performance import Performance
from engine.layers.replica.protocol import FaceSpeech, ReplicaState
from engine.layers.tts.spans import PhonemeSpan
from models.blendshapes import SHAPES

SECOND: Final = 48_000
MS: Final = 48
FRAME: Final = 1_920
"""Media samples in a frame at 25 fps."""


def spoken(start: int, *phonemes: tuple[str, int], rate: int = 48_000) -> FaceSpeech:
    """Speech from (phoneme, milliseconds)."""
    spans: list[PhonemeSpan] = []
    position = 0
    for phoneme, milliseconds in phonemes:
        length = milliseconds * rate // 1000
        spans.append(PhonemeSpan(phoneme, position, length))
        position += length
    return FaceSpeech(start, rate, spans)


def sentence(start: int, seed: int = 0, phonemes: int = 40) -> FaceSpeech:
    """Speech with the lengths and the mixture of English, by chance, with a pause at its end."""
    random = np.random.default_rng(seed)
    consonants = ["p", "b", "m", "f", "v", "θ", "ð", "t", "d", "n", "l", "s", "z", "ʃ", "ɹ", "k", "ɡ", "h", "w", "j"]
    vowels = ["ɑː", "æ", "ʌ", "ɛ", "eɪ", "ə", "iː", "ɪ", "ɔː", "oʊ", "uː", "ʊ", "aɪ"]
    said: list[tuple[str, int]] = []
    for _ in range(phonemes // 2):
        said.append((str(random.choice(consonants)), int(random.integers(45, 110))))
        said.append((str(random.choice(vowels)), int(random.integers(45, 190))))
    return spoken(start, *said, ("", 350))


def length_of(speech: FaceSpeech) -> int:
    """Media samples of a clause."""
    last = speech.phonemes[-1]
    return (last.start + last.length) * SECOND // speech.sample_rate


def talk(performance: Performance, clauses: Iterable[FaceSpeech], frames: int, start: int = 0) -> list[Expression]:
    """Say clauses and watch at 25 fps."""
    for clause in clauses:
        performance.say(clause)
    return watch(performance, frames, ReplicaState.SPEAKING, start)


def watch(performance: Performance, frames: int, state: ReplicaState, start: int = 0) -> list[Expression]:
    """Watch at 25 fps."""
    return [performance.at(start + frame * FRAME, state) for frame in range(frames)]


def weights(expressions: Sequence[Expression]) -> NDArray[np.float32]:
    """All weights, shape [frames, shapes]."""
    return np.stack([expression.weights for expression in expressions])


def track(expressions: Sequence[Expression], shape: str) -> NDArray[np.float32]:
    """One weight over time."""
    return weights(expressions)[:, SHAPES.index(shape)]


# How far each shape at 1 moves lips apart, in centimetres (ICT-FaceKit's neutral face, middle of the inner lips).
_PARTS: Final = {
    "jawOpen": 2.94, "mouthClose": -3.51, "mouthLowerDown_L": 0.30, "mouthLowerDown_R": 0.30, "mouthUpperUp_L": 0.32,
    "mouthUpperUp_R": 0.32, "mouthFunnel": 1.23, "mouthPucker": -0.05, "mouthRollLower": -0.34, "mouthRollUpper": 0.16,
    "mouthShrugLower": -0.62, "mouthShrugUpper": 0.47, "mouthPress_L": -0.12, "mouthPress_R": -0.12, "noseSneer_L": 0.28,
    "noseSneer_R": 0.28, "mouthSmile_L": -0.02, "mouthSmile_R": 0.0,
}  # fmt: skip
# How far each moves the inner edge of the lower lip down and to the front; at rest it is 0.12 cm above and 0.56 cm before the edge of
# the upper teeth.
_LOWERS: Final = {
    "jawOpen": (3.17, -1.74), "mouthClose": (-3.44, 1.50), "mouthLowerDown_L": (0.30, -0.06), "mouthLowerDown_R": (0.30, -0.06),
    "mouthRollLower": (-0.33, -1.15), "mouthShrugLower": (-0.62, 0.50), "mouthFunnel": (0.75, 0.59), "mouthPucker": (-0.02, 0.81),
    "mouthSmile_L": (-0.17, -0.04), "mouthSmile_R": (-0.17, -0.04), "mouthPress_L": (-0.09, 0.07), "mouthPress_R": (-0.09, 0.07),
    "mouthStretch_L": (0.0, -0.04), "mouthStretch_R": (0.0, -0.04),
}  # fmt: skip


def lip_gap(expressions: Sequence[Expression]) -> NDArray[np.float64]:
    """Centimetres between the lips beyond those at rest; below 0 they are pressed together."""
    gap = np.zeros(len(expressions))
    for shape, parts in _PARTS.items():
        gap += parts * track(expressions, shape)
    return gap


def lip_from_teeth(expressions: Sequence[Expression]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centimetres that the lower lip's edge lies below and before the edge of the upper teeth."""
    below, before = np.full(len(expressions), -0.12), np.full(len(expressions), 0.56)
    for shape, (down, front) in _LOWERS.items():
        below += down * track(expressions, shape)
        before += front * track(expressions, shape)
    return below, before


def monologue(clauses: int, start: int = SECOND) -> list[FaceSpeech]:
    said: list[FaceSpeech] = []
    for seed in range(clauses):
        said.append(sentence(start, seed))
        start += length_of(said[-1])
    return said


def same(one: Expression, other: Expression) -> bool:
    names = ("yaw", "pitch", "roll", "gaze_x", "gaze_y", "breath")
    return bool((one.weights == other.weights).all()) and all(
        getattr(one, name) == getattr(other, name) for name in names
    )
