"""When each written word is heard.

espeak-ng joins words ("of the" is one group of phonemes), so the phonemes that were spoken are aligned with those of each word alone.
"""

from collections.abc import Callable, Sequence
from typing import Final

from engine.layers.tts.ipa import VOWELS, symbols
from engine.layers.tts.reading import Phonemes, Reading, SpokenWord
from engine.layers.tts.spans import PhonemeSpan, WordSpan

_BORDER: Final = " "
_BAND: Final = 24
"""How far, in sounds, the alignment may stray from the straight line."""
_LEFT_OUT, _LIKE, _UNLIKE, _NO_BORDER = 1.0, 0.6, 1.8, 0.15
_NEVER: Final = 1e9


def word_spans(
    reading: Reading, phonemes: Sequence[PhonemeSpan], phonemise: Callable[[str], Sequence[str]]
) -> tuple[WordSpan, ...]:
    """Return one span for each written word that says something: in order, without overlap, covering the sound from first to last phoneme.

    `phonemes`: those of the clause with its silences, whose samples the spans are in; a silence within belongs to the word before it.
    `phonemise`: one spoken word alone to IPA, stress marks allowed, in code points or whole phonemes. A written word that is said as
    several ("$19.99") spans them all; of words that are said as one ("5 000"), each gets a share.
    """
    heard = [index for index, span in enumerate(phonemes) if span.phoneme]
    words = [word for word in reading.words if _says_something(word)]
    if not heard or not words:
        return ()
    inner = phonemes[heard[0] : heard[-1] + 1]
    end = inner[-1].start + inner[-1].length
    onsets = _onsets([_sounds(word, phonemise) for word in words], inner)
    bounds = [*onsets, end]
    return _of_written(reading, [(word, bounds[index], bounds[index + 1]) for index, word in enumerate(words)])


def _says_something(word: SpokenWord) -> bool:
    return any(isinstance(part, Phonemes) or any(map(str.isalnum, part.text)) for part in word.parts)


def _sounds(word: SpokenWord, phonemise: Callable[[str], Sequence[str]]) -> str:
    said = "".join(
        "".join(symbols(part.ipa)) if isinstance(part, Phonemes) else "".join(phonemise(part.text))
        for part in word.parts
    )
    return _letters(said) or _letters(word.text.lower()) or "?"


def _letters(phonemes: str) -> str:
    return "".join(symbol for symbol in phonemes if symbol.isalpha() and symbol not in "ːˑʲʰʷˈˌ")


def _onsets(words: Sequence[str], spans: Sequence[PhonemeSpan]) -> list[int]:
    """Return the first sample of each word; `words`: the sounds of each alone. Rising where there are phonemes enough."""
    expected: list[tuple[str, int]] = []
    for number, word in enumerate(words):
        expected += [(_BORDER, number)] * (number > 0) + [(sound, number) for sound in word]
    heard: list[tuple[str, float]] = []
    for span in spans:
        sounds = _letters(span.phoneme) or _BORDER
        step = span.length / len(sounds)
        heard += [(sound, span.start + place * step) for place, sound in enumerate(sounds)]
    onsets: list[float | None] = [None] * len(words)
    for number, place in _aligned([sound for sound, _ in expected], [sound for sound, _ in heard]):
        owner = expected[number][1]
        if heard[place][0] != _BORDER and onsets[owner] is None:
            onsets[owner] = heard[place][1]
    end = float(spans[-1].start + spans[-1].length)
    onsets[0] = float(spans[0].start)
    return [round(onset) for onset in _filled(onsets, [len(word) for word in words], end)]


def _filled(onsets: Sequence[float | None], weights: Sequence[int], end: float) -> list[float]:
    """Give words that left no sound of their own a share of the word before them."""
    filled: list[float] = []
    index = 0
    while index < len(onsets):
        until = index + 1
        while until < len(onsets) and onsets[until] is None:
            until += 1
        start = onsets[index]
        assert start is not None
        following = onsets[until] if until < len(onsets) else end
        assert following is not None
        total = sum(weights[index:until])
        filled += [start + (following - start) * sum(weights[index:inner]) / total for inner in range(index, until)]
        index = until
    return filled


def _aligned(expected: Sequence[str], heard: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of the cheapest alignment (Needleman and Wunsch 1970), within a band along the diagonal."""
    rows, columns = len(expected), len(heard)
    slope = columns / rows
    width = _BAND + abs(columns - rows) // 4
    costs: list[list[float]] = []
    lows: list[int] = []
    for row in range(rows + 1):
        low = max(0, int(row * slope) - width)
        high = min(columns, int(row * slope) + width)
        current: list[float] = []
        above, above_low = (costs[-1], lows[-1]) if costs else ([], 0)
        for column in range(low, high + 1):
            best = 0.0 if row == column == 0 else _NEVER
            place = column - above_low
            if row and 0 <= place < len(above):
                best = min(best, above[place] + _missing(expected[row - 1]))
            if row and column and 0 < place <= len(above):
                best = min(best, above[place - 1] + _difference(expected[row - 1], heard[column - 1]))
            if current:
                best = min(best, current[-1] + _missing(heard[column - 1]))
            current.append(best)
        costs.append(current)
        lows.append(low)
    return _traced(costs, lows, expected, heard)


def _traced(
    costs: Sequence[Sequence[float]], lows: Sequence[int], expected: Sequence[str], heard: Sequence[str]
) -> list[tuple[int, int]]:
    def cost(row: int, column: int) -> float:
        place = column - lows[row]
        return costs[row][place] if 0 <= place < len(costs[row]) else _NEVER

    pairs: list[tuple[int, int]] = []
    row, column = len(expected), len(heard)
    while row or column:
        here = cost(row, column)
        if row and column:
            difference = _difference(expected[row - 1], heard[column - 1])
            if difference < _NEVER and abs(cost(row - 1, column - 1) + difference - here) < 1e-6:
                row, column = row - 1, column - 1
                pairs.append((row, column))
                continue
        if column and (not row or abs(cost(row, column - 1) + _missing(heard[column - 1]) - here) < 1e-6):
            column -= 1
        else:
            row -= 1
    return pairs[::-1]


def _missing(sound: str) -> float:
    return _NO_BORDER if sound == _BORDER else _LEFT_OUT


def _difference(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if _BORDER in (one, other):
        return _NEVER
    return _LIKE if (one in VOWELS) == (other in VOWELS) else _UNLIKE


def _of_written(reading: Reading, spoken: Sequence[tuple[SpokenWord, int, int]]) -> tuple[WordSpan, ...]:
    """Turn the times of spoken words into those of written ones."""
    starts: dict[int, int] = {}
    index = 0
    while index < len(spoken):
        word, start, end = spoken[index]
        first, last = word.first, word.last
        # Several written words said as several others: the whole is shared out by the length of what is written.
        while index + 1 < len(spoken) and spoken[index + 1][0].first <= last:
            index += 1
            last, end = max(last, spoken[index][0].last), spoken[index][2]
        index += 1
        group = range(first, last + 1)
        weights = [sum(map(str.isalnum, reading.written[place])) or 1 for place in group]
        for place, written in enumerate(group):
            starts.setdefault(written, start + round((end - start) * sum(weights[:place]) / sum(weights)))
    ordered = sorted(starts.items())
    end = spoken[-1][2]
    spans: list[WordSpan] = []
    for place, (written, start) in enumerate(ordered):
        following = ordered[place + 1][1] if place + 1 < len(ordered) else end
        spans.append(WordSpan(reading.written[written], start, max(0, following - start)))
    return tuple(spans)
