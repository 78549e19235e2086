"""Which shape the mouth takes for which phoneme."""

import unicodedata
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class MouthShape:
    """A mouth in numbers that any face can draw; each 0..1 but `width`."""

    openness: float
    """Gap between the lips: 0 closed, 1 as wide as speech goes."""
    width: float
    """Corners of the mouth: -1 drawn in, 0 at rest, 1 spread."""
    rounding: float
    """How far the lips are pushed forward and rounded."""
    teeth: float
    """How much of the upper teeth shows."""
    tongue: float
    """How much of the tongue shows."""


@dataclass(frozen=True, slots=True)
class Viseme:
    """A class of phonemes that look alike."""

    shape: MouthShape
    dominance: float
    """How strongly it insists on its shape against its neighbours."""
    closes: bool = False
    """Whether the lips must really touch."""


CLOSED: Final = MouthShape(0.0, 0.0, 0.0, 0.0, 0.0)
SILENCE: Final = Viseme(CLOSED, 0.8)

_TABLE: Final = (
    #  phonemes                 openness width rounding teeth tongue   dominance
    ("p b m ɓ ɸ β",            (0.00, 0.00, 0.10, 0.0, 0.0), 1.3),
    ("f v ɱ ʋ",                (0.12, 0.10, 0.00, 1.0, 0.0), 1.4),
    ("θ ð",                    (0.22, 0.10, 0.00, 0.7, 1.0), 1.0),
    ("t d n l ɾ ɲ ɫ ʎ ɖ ʈ ɳ ɭ", (0.24, 0.15, 0.00, 0.6, 0.6), 0.6),
    ("s z ɕ ʑ c ɟ",            (0.16, 0.40, 0.00, 1.0, 0.1), 0.9),
    ("ʃ ʒ ʂ ʐ",                (0.22, -0.35, 0.65, 0.9, 0.0), 1.1),
    ("ɹ ɚ ɜ ɝ ɻ r ʀ ʁ ɽ",      (0.30, -0.20, 0.45, 0.4, 0.3), 0.8),
    ("k ɡ g ŋ h x χ ɣ ħ ʔ q ɢ ç ʝ", (0.28, 0.05, 0.00, 0.4, 0.3), 0.4),
    ("a ɑ æ ʌ ɐ ɶ",            (0.92, 0.15, 0.00, 0.5, 0.3), 1.0),
    ("ɛ e œ ø",                (0.58, 0.40, 0.00, 0.6, 0.3), 1.0),
    ("ə ɘ ɨ ᵻ ɵ ɤ",            (0.38, 0.10, 0.00, 0.5, 0.2), 0.6),
    ("i ɪ j ʏ y",              (0.28, 0.75, 0.00, 0.9, 0.2), 0.9),
    ("ɔ ɒ",                    (0.72, -0.30, 0.60, 0.2, 0.1), 1.0),
    ("o",                      (0.50, -0.50, 0.85, 0.1, 0.1), 1.1),
    ("u ʊ w ʉ ɯ ɥ ʍ",          (0.22, -0.80, 1.00, 0.0, 0.0), 1.2),
)  # fmt: skip

_VISEMES: Final = {
    symbol: Viseme(MouthShape(*shape), dominance, closes=shape[0] == 0.0)
    for symbols, shape, dominance in _TABLE
    for symbol in symbols.split()
}
_UNKNOWN: Final = _VISEMES["ə"]


def visemes_of(phoneme: str) -> tuple[Viseme, ...]:
    """Return the mouth shapes that a phoneme passes through, in order.

    `phoneme` is IPA as espeak-ng writes it: a diphthong (`aɪ`) or affricate (`tʃ`) gives two, marks of length and stress none of their own,
    silence (the empty string) one. Letters that are not known move the mouth a little.
    """
    letters = [
        letter for letter in unicodedata.normalize("NFD", phoneme) if unicodedata.category(letter) in {"Ll", "Lo"}
    ]
    return tuple(_VISEMES.get(letter, _UNKNOWN) for letter in letters) or (SILENCE,)
