"""A clause made ready to be spoken: its words as they are said, and which written words each came from."""

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Final, TypeAlias

from engine.layers.tts.ipa import VOWELS, espeak_mnemonics, fitted, symbols
from engine.layers.tts.markup import FIRST_MARK, LAST_MARK
from engine.layers.tts.pronunciations import NO_PRONUNCIATIONS, Pronunciations
from engine.layers.tts.text_normalisation import normalised, without_marks
from engine.layers.tts.traced_text import TracedText

_MARK: Final = re.compile(f"([{FIRST_MARK}-{LAST_MARK}])")
_WORD: Final = re.compile(r"\S+")
_SENTENCE_ENDS: Final = (["."], ["!"], ["?"])
_STOPS: Final = re.compile(r"[\"')\]]*([,.;:!?])[.!?]*")
_POSSESSIVE: Final = re.compile(r"'s\b")
_OPENING: Final = re.compile(r"\[(?=\[)")
_HISSING: Final = frozenset("szʃʒ")
_VOICELESS: Final = frozenset("ptkfθ")


@dataclass(frozen=True, slots=True)
class Plain:
    """Text that a voice turns into phonemes by itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Phonemes:
    """What a dictionary says in IPA."""

    ipa: str
    written: str
    """The word it stands for."""


Segment: TypeAlias = Plain | Phonemes


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word as it is said."""

    parts: tuple[Segment, ...]
    """Without spaces; more than one only where a dictionary's word has something attached."""
    first: int
    """Index in `Reading.written` of the first written word that it came from."""
    last: int
    """Index of the last one, itself included."""

    @property
    def text(self) -> str:
        """With the written word where a dictionary gives IPA."""
        return _shown(self.parts)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be said for a written text."""

    written: tuple[str, ...]
    """The words as they are written, between spaces."""
    segments: tuple[Segment, ...]
    """In order; spaces are inside the plain ones."""
    words: tuple[SpokenWord, ...]
    """In order of speech."""

    @property
    def text(self) -> str:
        """All that is said, on one line, with written words where a dictionary gives IPA."""
        return _shown(self.segments)

    @property
    def has_phonemes(self) -> bool:
        """Whether a dictionary gives IPA for any of it."""
        return any(isinstance(segment, Phonemes) for segment in self.segments)


def read(text: str, language: str, pronunciations: Pronunciations = NO_PRONUNCIATIONS) -> Reading:
    """Make `text` ready to be spoken in `language` (BCP 47): dictionary words first, then normalisation.

    Never raises for any text; linear in its length.
    """
    marked, ipa = pronunciations.applied(TracedText.of(without_marks(text)))
    said = normalised(marked, language)
    written = list(_WORD.finditer(text))
    after, before = _word_indices(len(text), written)

    def segments(start: int, end: int) -> tuple[Segment, ...]:
        found: list[Segment] = []
        position = start
        for mark in _MARK.finditer(said.text, start, end):
            if mark.start() > position:
                found.append(Plain(said.text[position : mark.start()]))
            position = mark.end()
            origin = text[said.starts[mark.start()] : said.ends[mark.start()]]
            found.append(Phonemes(ipa[ord(mark[0]) - ord(FIRST_MARK)], origin))
        return (*found, Plain(said.text[position:end])) if position < end else tuple(found)

    words: list[SpokenWord] = []
    for found in _WORD.finditer(said.text):
        start, end = found.span()
        heard = [place for place in range(start, end) if _heard(said.text[place])] or [start]
        first = after[min(said.starts[heard[0]], len(text) - 1)]
        last = before[max(0, said.ends[heard[-1]] - 1)]
        words.append(SpokenWord(segments(start, end), first, max(first, last)))
    return Reading(tuple(word[0] for word in written), segments(0, len(said.text)), tuple(words))


def piper_sentences(
    reading: Reading, phonemize: Callable[[str], list[list[str]]], known: Container[str], language: str
) -> list[list[str]]:
    """Return the phonemes of each sentence, as Piper's `phonemize` does, with the dictionary's IPA among them.

    `known`: the symbols of the voice; `language` (BCP 47) tells which of them it has learnt. Only a dictionary gives raw phonemes:
    what looks like them in the text is text.
    """
    if not reading.has_phonemes:
        return phonemize(_as_data(reading.text))
    done: list[list[str]] = []
    sentence: list[str] = []
    for segment, following in zip(reading.segments, (*reading.segments[1:], None), strict=True):
        if isinstance(segment, Phonemes):
            sentence += fitted(symbols(segment.ipa), known, language)
            continue
        text = segment.text
        if sentence:
            attached, text = _attached(text, sentence[-1])
            sentence += [symbol for symbol in attached if symbol in known]
            if attached[-1:] in _SENTENCE_ENDS:
                done.append(sentence)
                sentence = []
            elif text[:1].isspace():
                sentence.append(" ")
        answer: list[list[str]] = []
        if any(map(str.isalnum, text)):
            answer = (
                _before(following, text, phonemize) if isinstance(following, Phonemes) else phonemize(_as_data(text))
            )
        for said in answer:
            sentence += said
            if said is not answer[-1] or said[-1:] in _SENTENCE_ENDS:
                done.append(sentence)
                sentence = []
        if sentence and text[-1:].isspace() and sentence[-1] != " ":
            sentence.append(" ")
    return [*done, sentence] if sentence else done


def espeak_input(reading: Reading, language: str) -> str:
    """Return the text for espeak-ng with its flag for phonemes set, the dictionary's IPA between [[ and ]].

    Its mnemonics are those of the language's own sounds, and only those of English are known here: in other languages the written word
    stays.
    """
    english = language.lower().startswith("en")
    parts: list[str] = []
    sound = ""
    for segment in reading.segments:
        if isinstance(segment, Phonemes) and english and espeak_mnemonics(segment.ipa):
            parts.append(f"[[{espeak_mnemonics(segment.ipa)}]]")
            sound = symbols(segment.ipa)[-1]
            continue
        text = segment.text if isinstance(segment, Plain) else segment.written
        possessive = _POSSESSIVE.match(text) if sound else None
        if possessive:
            ending = espeak_mnemonics("".join(_ending_of_possessive(sound)))
            parts[-1] = f"{parts[-1][:-2]}|{ending}]]"
            text = text[possessive.end() :]
        parts.append(_as_data(text))
        sound = ""
    return "".join(parts)


def _shown(segments: tuple[Segment, ...]) -> str:
    return "".join(segment.text if isinstance(segment, Plain) else segment.written for segment in segments)


def _heard(character: str) -> bool:
    return character.isalnum() or FIRST_MARK <= character <= LAST_MARK


def _as_data(text: str) -> str:
    return _OPENING.sub("[ ", text)


def _before(word: Phonemes, text: str, phonemize: Callable[[str], list[list[str]]]) -> list[list[str]]:
    """Return the phonemes of `text` as they are before another word: "a" and "the" alone would be stressed."""
    said = symbols(word.ipa)
    sound = next((symbol for symbol in said if symbol.isalpha() and symbol not in "ˈˌ"), "")
    stand_in = "Apple" if sound in VOWELS else "Table"
    if not text[-1:].isspace():
        return phonemize(_as_data(text))
    answer = phonemize(_as_data(text + stand_in))
    expected = [symbol for sentence in phonemize(stand_in) for symbol in sentence]
    if not answer or answer[-1][-len(expected) :] != expected:
        return phonemize(_as_data(text))
    last = answer[-1][: -len(expected)]
    return [*answer[:-1], last] if last else answer[:-1]


def _attached(text: str, sound: str) -> tuple[list[str], str]:
    """Return the symbols of an 's and of the punctuation that follow a dictionary's word at once, and the rest of the text."""
    said: list[str] = []
    possessive = _POSSESSIVE.match(text)
    if possessive:
        said += _ending_of_possessive(sound)
        text = text[possessive.end() :]
    stop = _STOPS.match(text)
    if stop:
        said.append(stop[1])
        text = text[stop.end() :]
    return said, text.lstrip("\"')]")


def _ending_of_possessive(sound: str) -> list[str]:
    return ["ᵻ", "z"] if sound in _HISSING else ["s"] if sound in _VOICELESS else ["z"]


def _word_indices(length: int, written: list[re.Match[str]]) -> tuple[list[int], list[int]]:
    """Return for each character of a text the word that it is in; in the first list a space counts to the word after it, in the second
    to the one before.
    """
    after: list[int] = []
    before: list[int] = []
    for index, word in enumerate(written):
        after += [index] * (word.end() - len(after))
        before += [max(0, index - 1)] * (word.start() - len(before)) + [index] * (word.end() - word.start())
    rest = [max(0, len(written) - 1)]
    return after + rest * (length - len(after)), before + rest * (length - len(before))
