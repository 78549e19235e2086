"""The International Phonetic Alphabet as dictionaries give it and voices want it."""

import unicodedata
from collections.abc import Callable, Container, Iterable, Sequence
from typing import Final

_LETTERS: Final = frozenset(
    "abcdefhijklmnopqrstuvwxyzæðøħŋœǀǁǂǃɐɑɒɓɔɕɖɗɘəɚɛɜɝɞɟɠɡɢɣɤɥɦɧɨɪɫɬɭɮɯɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌʍʎʏʐʑʒʔʕʘʙʛʜʝʟʡʢᵻβθχⱱ"
)
_MODIFIERS: Final = frozenset("ˈˌːˑ˞ʰʱʲʷˠˤⁿˡˀʼ˥˦˧˨˩↓↑")
_COMBINING: Final = frozenset(
    "\u0303\u0308\u030a\u0306\u0325\u032c\u032a\u033a\u033b\u031d\u031e\u031f\u0320\u0324\u0330\u0329\u030d\u032f\u0318\u0319\u031a"
    "\u0327\u0339\u031c\u033c\u0334\u0300\u0301\u0304\u030b\u030f\u0302\u030c"
)
_UNSAID: Final = frozenset(" .|‿-\u0361\u035c\u2060\u200d")
"""Borders of syllables and phonemes, ties."""
_STRESS: Final = frozenset("ˈˌ")
VOWELS: Final = frozenset("aeiouyæøœɐɑɒɔəɘɚɛɜɝɞɨɪɤɯɵɶʉʊʌʏᵻ")
_SYLLABIC: Final = "\u0329"
_SAME: Final = {
    "g": "ɡ",
    "'": "ˈ",
    "’": "ˈ",
    ":": "ː",
    "ε": "ɛ",
    "ʤ": "dʒ",
    "ʧ": "tʃ",
    "ʦ": "ts",
    "ʣ": "dz",
    "ʥ": "dʑ",
    "ʨ": "tɕ",
}
_ENGLISH: Final = frozenset("abdefhijklmnoprstuvwzæðŋɐɑɔəɚɛɜɡɪɹɾʃʊʌʒʔᵻθˈˌː\u0329")
_NEAREST: Final = {
    "r": "ɹ", "ʁ": "ɹ", "ʀ": "ɹ", "ɻ": "ɹ", "ɺ": "ɾ", "ɽ": "ɾ", "x": "k", "χ": "k", "y": "u",
    "ø": "ɜ", "œ": "ɜ", "ɲ": "nj", "ʎ": "lj", "ɬ": "l", "ɮ": "l", "ɭ": "l", "ɫ": "l", "ʟ": "l",
    "ɣ": "ɡ", "β": "b", "ɸ": "f", "ʋ": "v", "ⱱ": "v", "ɱ": "m", "ɳ": "n", "ɴ": "ŋ", "ʈ": "t",
    "ɖ": "d", "ʂ": "ʃ", "ʐ": "ʒ", "ɕ": "ʃ", "ʑ": "ʒ", "ɧ": "ʃ", "c": "k", "ɟ": "ɡ", "q": "k",
    "ɢ": "ɡ", "ħ": "h", "ɦ": "h", "ʜ": "h", "ʝ": "j", "ɨ": "ɪ", "ʉ": "u", "ɯ": "u", "ɰ": "w",
    "ɤ": "ʌ", "ɵ": "ə", "ɘ": "ə", "ɞ": "ɜ", "ɶ": "æ", "ʏ": "ʊ", "ɒ": "ɑ", "ɝ": "ɜ", "ɥ": "w",
    "ʍ": "w", "ɓ": "b", "ɗ": "d", "ɠ": "ɡ", "ʄ": "dʒ", "ʛ": "ɡ", "ʙ": "b", "ᵻ": "ɪ", "ɐ": "ə",
    "ɾ": "d", "ɚ": "əɹ", "ʔ": "", "\u0303": "n",
}  # fmt: skip
"""For a sound that a voice lacks: what a speaker without it says instead."""
_MNEMONICS: Final = {
    "tʃ": "tS", "dʒ": "dZ", "aɪ": "aI", "aʊ": "aU", "eɪ": "eI", "oʊ": "oU", "ɔɪ": "OI", "ɜː": "3:", "ɑː": "A:", "ɔː": "O:", "iː": "i:",
    "uː": "u:", "n\u0329": "n-", "p": "p", "b": "b", "t": "t", "d": "d", "k": "k", "ɡ": "g", "f": "f", "v": "v", "θ": "T", "ð": "D",
    "s": "s", "z": "z", "ʃ": "S", "ʒ": "Z", "h": "h", "m": "m", "n": "n", "ŋ": "N", "l": "l", "ɹ": "r", "j": "j", "w": "w", "æ": "a",
    "ɛ": "E", "ɪ": "I", "ɔ": "O", "ʊ": "U", "ʌ": "V", "ə": "@", "ɚ": "3", "ɜ": "3:", "ɐ": "a#", "ᵻ": "I2", "ɑ": "A:", "i": "i", "u": "u:",
    "ɾ": "t#", "ʔ": "?", "ˈ": "'", "ˌ": ",",
}  # fmt: skip


def symbols(ipa: str) -> tuple[str, ...]:
    """Return the code points of `ipa` (NFD) that a voice is to say, spellings of one symbol unified, borders and ties left out."""
    return tuple(
        symbol for symbol in _unified(ipa) if symbol in _LETTERS or symbol in _MODIFIERS or symbol in _COMBINING
    )


def unknown_symbols(ipa: str) -> tuple[str, ...]:
    """Return what in `ipa` is no symbol of the alphabet, in order of appearance, each once."""
    known = _LETTERS | _MODIFIERS | _COMBINING | _UNSAID
    return tuple(dict.fromkeys(symbol for symbol in _unified(ipa) if symbol not in known))


def has_sound(ipa: str) -> bool:
    """Whether there is anything to say in `ipa`."""
    return any(symbol in _LETTERS for symbol in symbols(ipa))


def fitted(said: Sequence[str], known: Container[str], language: str) -> tuple[str, ...]:
    """Return symbols that a voice has: a sound it never learnt becomes the nearest it has, or is left out when there is none.

    `known`: the symbols of the voice. `language` (BCP 47): an English voice is taken to have learnt the sounds of English alone, whatever
    its table holds.
    """
    english = language.lower().startswith("en")

    def learnt(symbol: str) -> bool:
        return symbol in known and (not english or symbol in _ENGLISH)

    result: list[str] = []
    for index, symbol in enumerate(said):
        following = said[index + 1] if index + 1 < len(said) else ""
        if english:
            symbol = _in_english(symbol, following)
        result += _nearest(symbol, learnt)
    return tuple(_stress_before_vowels(result))


def espeak_mnemonics(ipa: str) -> str | None:
    """Return espeak-ng's mnemonics, as its English voices read them between [[ and ]]; None when there is nothing to say."""
    said = fitted(symbols(ipa), _ENGLISH, "en")
    parts: list[str] = []
    index = 0
    while index < len(said):
        for width in (2, 1):
            mnemonic = _MNEMONICS.get("".join(said[index : index + width]))
            if mnemonic is not None:
                parts.append(mnemonic)
                index += width
                break
        else:
            index += 1
    # A vertical bar keeps two mnemonics from being read as one.
    joined = "|".join(parts).replace("'|", "'").replace(",|", ",")
    return joined if any(part not in "'," for part in parts) else None


def _unified(ipa: str) -> Iterable[str]:
    bare = ipa.strip()
    if len(bare) > 1 and (bare[0], bare[-1]) in {("/", "/"), ("[", "]")}:
        bare = bare[1:-1]
    for symbol in unicodedata.normalize("NFD", bare):
        yield from _SAME.get(symbol, symbol)


def _stress_before_vowels(said: Iterable[str]) -> Iterable[str]:
    """Move stress marks from the start of the syllable to its vowel, where espeak-ng has them and voices have learnt them."""
    stress = ""
    for symbol in said:
        if symbol in _STRESS:
            stress = symbol
            continue
        if stress and (symbol in VOWELS or symbol == _SYLLABIC):
            yield stress
            stress = ""
        yield symbol


def _in_english(symbol: str, following: str) -> str:
    """Make the plain vowels of other languages those of English, which has them in diphthongs alone."""
    match symbol:
        case "e" if following != "ɪ":
            return "ɛ"
        case "o" if following not in {"ʊ", "ː"}:
            return "oʊ"
        case "a" if following not in {"ɪ", "ʊ"}:
            return "ɑ"
    return symbol


def _nearest(symbol: str, learnt: Callable[[str], bool]) -> Iterable[str]:
    """Yield the symbol, or what stands for it; a substitute may itself need one."""
    for part in symbol:
        for _ in range(3):
            if learnt(part) or not part:
                break
            part = _NEAREST.get(part, "")
            if len(part) > 1:
                yield from (one for one in part if learnt(one))
                part = ""
        if part and learnt(part):
            yield part
