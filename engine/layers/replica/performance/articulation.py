"""What the mouth does for which phoneme, articulator by articulator, and which shape weights that asks for."""

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.blendshapes import SHAPE_INDEX, SHAPES

Weights: TypeAlias = NDArray[np.float32]
"""One number per shape of `SHAPES`."""


class Articulator(IntEnum):
    """What blends freely with its neighbours."""

    JAW = 0
    LOWER_LIP = 1
    """Down, off the teeth."""
    UPPER_LIP = 2
    """Up, off the teeth."""
    SPREAD = 3
    """Corners apart."""
    PUCKER = 4
    """Lips forward, opening small."""
    FUNNEL = 5
    """Lips forward, opening round."""


class Contact(IntEnum):
    """What must really be reached, whatever the neighbours want."""

    SEAL = 0
    """Lip on lip: P B M."""
    TUCK = 1
    """Lower lip on the upper teeth: F V."""
    BETWEEN = 2
    """Tongue between the teeth: TH."""
    RIDGE = 3
    """Tongue behind the upper teeth: T D N L."""


ARTICULATORS: Final = len(Articulator)
CONTACTS: Final = len(Contact)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a phoneme wants the articulators, and how much it insists."""

    places: tuple[float, ...]
    """One per `Articulator`, 0..1."""
    dominances: tuple[float, ...]
    """One per `Articulator`: its weight against the neighbours."""
    contact: Contact | None = None
    puffs: bool = False
    """Whether air is held behind the lips."""


_SEAL, _TUCK, _BETWEEN, _RIDGE = Contact
_TABLE: Final = (
    # phonemes                       jaw lower upper spread pucker funnel   how much each insists
    ("p b ɓ",                     ((0.10, 0.00, 0.00, 0.00, 0.05, 0.00), (0.6, 1.0, 1.0, 0.1, 0.2, 0.3)), _SEAL),
    ("m ɸ β",                     ((0.08, 0.00, 0.00, 0.00, 0.05, 0.00), (0.6, 1.0, 1.0, 0.1, 0.2, 0.3)), _SEAL),
    ("f v ɱ ʋ",                   ((0.09, 0.00, 0.30, 0.10, 0.00, 0.00), (1.0, 1.2, 1.0, 0.4, 0.9, 0.9)), _TUCK),
    ("θ ð",                       ((0.12, 0.18, 0.16, 0.10, 0.00, 0.00), (1.0, 0.8, 0.8, 0.4, 0.4, 0.6)), _BETWEEN),
    ("t d n l ɾ ɲ ɫ ʎ ɖ ʈ ɳ ɭ",   ((0.08, 0.16, 0.10, 0.12, 0.00, 0.00), (0.8, 0.5, 0.5, 0.3, 0.15, 0.3)), _RIDGE),
    ("s z ɕ ʑ c ɟ",               ((0.04, 0.28, 0.17, 0.28, 0.00, 0.00), (1.2, 0.8, 0.8, 0.6, 0.4, 0.6)), None),
    ("ʃ ʒ ʂ ʐ",                   ((0.05, 0.12, 0.10, 0.00, 0.34, 0.32), (1.1, 0.8, 0.8, 0.9, 1.0, 1.0)), None),
    ("ɹ ɚ ɜ ɝ ɻ r ʀ ʁ ɽ",         ((0.11, 0.06, 0.04, 0.00, 0.36, 0.16), (0.6, 0.4, 0.4, 0.5, 0.6, 0.6)), None),
    ("k ɡ g ŋ h x χ ɣ ħ ʔ q ɢ ç ʝ", ((0.13, 0.12, 0.08, 0.05, 0.00, 0.00), (0.3, 0.1, 0.1, 0.1, 0.1, 0.1)), None),
    ("a ɑ ɐ ɶ",                   ((0.48, 0.26, 0.20, 0.05, 0.00, 0.00), (1.3, 0.8, 0.8, 0.6, 0.6, 0.7)), None),
    ("æ",                         ((0.43, 0.32, 0.26, 0.26, 0.00, 0.00), (1.3, 0.9, 0.9, 0.8, 0.6, 0.7)), None),
    ("ʌ",                         ((0.37, 0.22, 0.16, 0.05, 0.00, 0.00), (1.2, 0.7, 0.7, 0.5, 0.5, 0.6)), None),
    ("ɛ e œ ø",                   ((0.30, 0.28, 0.20, 0.26, 0.00, 0.00), (1.0, 0.8, 0.8, 0.8, 0.6, 0.7)), None),
    ("ə ɘ ɨ ᵻ ɵ ɤ",               ((0.16, 0.15, 0.10, 0.05, 0.00, 0.00), (0.5, 0.3, 0.3, 0.2, 0.2, 0.3)), None),
    ("i ɪ j ʏ y",                 ((0.10, 0.25, 0.17, 0.45, 0.00, 0.00), (0.9, 0.8, 0.8, 1.0, 0.8, 0.9)), None),
    ("ɔ ɒ",                       ((0.40, 0.06, 0.06, 0.00, 0.16, 0.36), (1.1, 0.8, 0.8, 0.8, 0.8, 1.0)), None),
    ("o",                         ((0.23, 0.00, 0.02, 0.00, 0.48, 0.38), (1.0, 0.8, 0.8, 1.0, 1.0, 1.0)), None),
    ("u ʊ w ʉ ɯ ɥ ʍ",             ((0.06, 0.00, 0.00, 0.00, 0.95, 0.16), (1.2, 1.1, 1.1, 1.2, 1.3, 1.1)), None),
)  # fmt: skip

_TARGETS: Final = {
    symbol: Target(places, dominances, contact, puffs="p" in symbols.split())
    for symbols, (places, dominances), contact in _TABLE
    for symbol in symbols.split()
}
_UNKNOWN: Final = _TARGETS["ə"]
_VOWELS: Final = frozenset("aɑɐɶæʌɛeœøəɘɨᵻɵɤiɪʏyɔɒouʊʉɯɚɜɝ")
_REDUCED: Final = frozenset("əɐᵻɘɨɚ")


def targets_of(phoneme: str) -> tuple[Target, ...]:
    """Return what a phoneme passes through, in order; nothing for silence.

    `phoneme` is IPA as espeak-ng writes it: a diphthong (`aɪ`) or affricate (`tʃ`) gives two, marks of length and stress none of their own;
    letters that are not known move the mouth a little.
    """
    return tuple(_TARGETS.get(letter, _UNKNOWN) for letter in _letters(phoneme))


def is_vowel(phoneme: str) -> bool:
    """Say whether a phoneme can carry a syllable."""
    return phoneme[:1] in _VOWELS


def is_reduced(phoneme: str) -> bool:
    """Say whether a phoneme is a vowel that no stressed syllable has."""
    return phoneme[:1] in _REDUCED


def _letters(phoneme: str) -> list[str]:
    return [letter for letter in unicodedata.normalize("NFD", phoneme) if unicodedata.category(letter) in {"Ll", "Lo"}]


_BY_ARTICULATOR: Final = {
    Articulator.JAW: {"jawOpen": 1.0},
    Articulator.LOWER_LIP: {"mouthLowerDown_L": 1.0, "mouthLowerDown_R": 1.0},
    Articulator.UPPER_LIP: {"mouthUpperUp_L": 1.0, "mouthUpperUp_R": 1.0},
    Articulator.SPREAD: {
        "mouthStretch_L": 1.0, "mouthStretch_R": 1.0, "mouthSmile_L": 0.25, "mouthSmile_R": 0.25,
        "cheekSquint_L": 0.15, "cheekSquint_R": 0.15,
    },
    Articulator.PUCKER: {"mouthPucker": 1.0},
    Articulator.FUNNEL: {"mouthFunnel": 1.0},
}  # fmt: skip
_BY_CONTACT: Final = {
    Contact.SEAL: {"mouthPress_L": 0.35, "mouthPress_R": 0.35, "mouthRollUpper": 0.12, "mouthRollLower": 0.16},
    Contact.TUCK: {"mouthRollLower": 0.5},
    Contact.BETWEEN: {"tongueOut": 1.0},
    Contact.RIDGE: {"tongueUp": 1.0},
}
_PRESSED: Final = 0.015  # lips that are really on each other give a little
_PUFF: Final = ("cheekPuff_L", "cheekPuff_R")


def _matrix(rows: dict[Articulator, dict[str, float]] | dict[Contact, dict[str, float]]) -> Weights:
    matrix = np.zeros((len(rows), len(SHAPES)), np.float32)
    for row, shapes in rows.items():
        for name, weight in shapes.items():
            matrix[row, SHAPE_INDEX[name]] = weight
    return matrix


_ARTICULATED: Final = _matrix(_BY_ARTICULATOR)
_TOUCHED: Final = _matrix(_BY_CONTACT)
_PUFFED: Final = [SHAPE_INDEX[name] for name in _PUFF]
_JAW: Final = SHAPE_INDEX["jawOpen"]
_CLOSE: Final = SHAPE_INDEX["mouthClose"]
_PUCKER: Final = SHAPE_INDEX["mouthPucker"]
_PARTING: Final = [
    SHAPE_INDEX[name]
    for name in ("mouthLowerDown_L", "mouthLowerDown_R", "mouthUpperUp_L", "mouthUpperUp_R", "mouthFunnel")
]
"""Shapes that hold the lips apart and that a seal does without."""
_GAPS: Final[Weights] = np.zeros(len(SHAPES), np.float32)
"""How far each shape parts the lips, in what `mouthClose` shuts (measured on the mesh, in the middle of the mouth)."""
for _name, _gap in {
    "jawOpen": 0.85, "mouthClose": -1.0, "mouthFunnel": 0.35, "mouthShrugUpper": 0.13, "mouthShrugLower": -0.18,
    "mouthRollUpper": 0.05, "mouthRollLower": -0.1,
    "mouthLowerDown_L": 0.085, "mouthLowerDown_R": 0.085, "mouthUpperUp_L": 0.09, "mouthUpperUp_R": 0.09,
    "noseSneer_L": 0.08, "noseSneer_R": 0.08, "mouthPress_L": -0.03, "mouthPress_R": -0.03,
}.items():  # fmt: skip
    _GAPS[SHAPE_INDEX[_name]] = _gap
_LOWER_PARTING: Final = [SHAPE_INDEX[name] for name in ("mouthLowerDown_L", "mouthLowerDown_R", "mouthFunnel")]


def shape_weights(places: NDArray[np.float32], contacts: NDArray[np.float32], puff: float) -> Weights:
    """Return the shape weights for articulators (indexed by `Articulator`) and contacts (by `Contact`), each 0..1, lips not yet sealed."""
    weights: Weights = places @ _ARTICULATED
    weights += contacts @ _TOUCHED
    weights[_PUFFED] = 0.1 * puff
    return weights


def touch(weights: Weights, seal: float, tuck: float, between: float) -> None:
    """Make the lips, lip and teeth, or teeth and tongue really meet, whatever else moves the mouth (in place)."""
    if tuck > 0.0:
        # A jaw of 0.09 with the lip rolled in by half lays it on the edge of the upper teeth.
        weights[_JAW] += tuck * (0.09 - weights[_JAW])
        weights[_LOWER_PARTING] *= 1.0 - tuck
        weights[_PUCKER] *= 1.0 - 0.7 * tuck
    if between > 0.0:
        weights[_JAW] += between * (min(max(float(weights[_JAW]), 0.11), 0.2) - weights[_JAW])
    if seal > 0.0:
        weights[_JAW] *= 1.0 - 0.6 * seal
        weights[_PARTING] *= 1.0 - seal
        weights[_CLOSE] = 0.0
        weights[_CLOSE] = seal * max(0.0, parting(weights) + _PRESSED)


def parting(weights: Weights) -> float:
    """How far the lips are apart beyond rest: 0 they touch, 0.85 the jaw is open as far as it goes; below 0 they are pressed together."""
    return float(_GAPS @ weights)
