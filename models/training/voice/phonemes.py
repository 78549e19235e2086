"""Texts as Piper's phonemes, phonemes as numbers, and the sounds that take time among them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from models.training.voice.recipe import LANGUAGE

PAD: Final = "_"
BEGIN: Final = "^"
END: Final = "$"
SILENCE: Final = "sil"
QUESTION: Final = "?"
STRESS: Final = "ˈ"
PAUSES: Final = frozenset(" .,;:?!-")
CONTINUING: Final = frozenset(",;:-")
TIMELESS: Final = frozenset("ˈˌːʲ̩")
"""Symbols that colour their neighbour and take no time of their own."""
DIPHTHONGS: Final = frozenset({"aɪ", "aʊ", "eɪ", "oʊ", "ɔɪ"})
_MARKS: Final = (".", ",", ";", ":", "?", "!", "-")
# What espeak-ng says in rare and foreign words, as the nearest English sound.
_NEAREST: Final = {
    "g": "ɡ", "x": "k", "r": "ɹ", "ɬ": "l", "ɫ": "l", "ʍ": "w", "y": "u", "ø": "ɜ", "œ": "ɜ", "ɒ": "ɑ", "ɨ": "ᵻ",
    "ʉ": "u", "ɯ": "u", "ɤ": "ʌ", "ç": "ʃ", "ɲ": "n", "ɕ": "ʃ", "ʑ": "ʒ", "β": "v", "ɣ": "ɡ", "ɘ": "ə", "ɝ": "ɚ",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """One sound of the alignment: the tokens `start` to `start + count`."""

    name: str
    start: int
    count: int
    optional: bool = False
    """A pause that may take no time."""


class Phonemizer:
    """English texts to the tokens of a Piper voice."""

    def __init__(self) -> None:
        from piper.phonemize_espeak import EspeakPhonemizer

        self._espeak = EspeakPhonemizer()

    def tokens(self, text: str) -> list[str]:
        """Return the phonemes of a text, one code point each, between `^` and `$`."""
        sentences = self._espeak.phonemize(LANGUAGE, text)
        spoken = [phoneme for number, sentence in enumerate(sentences) for phoneme in ([" "] * bool(number) + sentence)]
        while spoken and spoken[-1] == " ":
            spoken.pop()
        return [BEGIN, *spoken, END]


def symbol_ids(sentences: Iterable[Sequence[str]]) -> dict[str, int]:
    """Number the symbols of the training texts; punctuation always has numbers of its own."""
    seen = {token for tokens in sentences for token in tokens} - {BEGIN, END, PAD}
    return {symbol: number for number, symbol in enumerate([PAD, BEGIN, END, *sorted(seen | set(_MARKS))])}


def with_nearest(ids: Mapping[str, int]) -> dict[str, int]:
    """Let rare symbols share the number of the nearest known one."""
    return dict(ids) | {rare: ids[near] for rare, near in _NEAREST.items() if rare not in ids and near in ids}


def trained_as(ids: Mapping[str, int], seen: Iterable[str]) -> list[int]:
    """For each number, the number whose sound the model learnt: marks that no text has stand for those that it has."""
    known = set(seen)
    table = list(range(len(ids)))
    for mark, stand_in in (("?", "."), ("!", "."), (":", ","), (";", ","), ("-", ",")):
        if mark not in known:
            table[ids[mark]] = ids[stand_in]
    return table


def units_of(tokens: Sequence[str]) -> list[Unit]:
    """Group tokens to the sounds that take time, with a silence at both ends."""
    units = [Unit(SILENCE, 0, 1)]
    last = len(tokens) - 1
    place = 1
    while place < last:
        token = tokens[place]
        start = place
        place += 1
        if token in PAUSES:
            while place < last and tokens[place] in PAUSES:
                place += 1
            if place < last:
                units.append(Unit(SILENCE, start, 1, optional=True))
        elif token not in TIMELESS:
            if place < last and token + tokens[place] in DIPHTHONGS:
                place += 1
                units.append(Unit(token + tokens[place - 1], start, 2))
            elif place < last and tokens[place] == "ː":
                place += 1
                units.append(Unit(token + "ː", start, 1))
            else:
                units.append(Unit(token, start, 1))
    units.append(Unit(SILENCE, last, 1))
    return units


def common_names(sentences: Iterable[Sequence[Unit]], least: int = 30) -> dict[str, str]:
    """Map each unit's name to itself, or to its first symbol when it is rarer than `least`."""
    counts = Counter(unit.name for units in sentences for unit in units)
    return {name: name if name == SILENCE or count >= least else name[0] for name, count in counts.items()}
