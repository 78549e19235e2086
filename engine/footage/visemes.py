"""The fifteen classes of sounds that look alike, by which the ground truth names what the mouth says."""

import unicodedata
from typing import Final

SILENCE: Final = "sil"
_CLASSES: Final = {
    "PP": "p b m ɓ ɸ β",
    "FF": "f v ɱ ʋ",
    "TH": "θ ð",
    "DD": "t d ɾ ɖ ʈ",
    "kk": "k ɡ g ŋ h x χ ɣ ħ ʔ q ɢ ç ʝ",
    "CH": "ʃ ʒ ʂ ʐ",
    "SS": "s z ɕ ʑ c ɟ",
    "nn": "n l ɲ ɫ ʎ ɳ ɭ",
    "RR": "ɹ ɚ ɜ ɝ ɻ r ʀ ʁ ɽ",
    "aa": "a ɑ æ ʌ ɐ ɶ",
    "E": "ɛ e œ ø ə ɘ ɵ ɤ",
    "ih": "i ɪ j ʏ y ɨ ᵻ",
    "oh": "o ɔ ɒ",
    "ou": "u ʊ w ʉ ɯ ɥ ʍ",
}
VISEMES: Final = (SILENCE, *_CLASSES)
"""The names of the classes."""

_CLASS_OF: Final = {letter: name for name, letters in _CLASSES.items() for letter in letters.split()}


def viseme_at(phoneme: str, share: float) -> str:
    """Return the class that a phoneme (IPA as espeak-ng writes it) shows after this share of its time, 0..1.

    A diphthong or affricate passes through two; a letter that is not known counts as a neutral vowel.
    """
    letters = [
        letter for letter in unicodedata.normalize("NFD", phoneme) if unicodedata.category(letter) in {"Ll", "Lo"}
    ]
    if not letters:
        return SILENCE
    return _CLASS_OF.get(letters[min(len(letters) - 1, int(share * len(letters)))], "E")
