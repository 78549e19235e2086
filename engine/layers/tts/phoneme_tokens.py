"""From a Piper model's tokens (code points, with marks and punctuation) to phonemes in time."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from engine.layers.audio import Samples

_STRESS: Final = frozenset("ˈˌ")
_LENGTH: Final = frozenset("ːˑ˞ʰʲʷ")
_SILENT: Final = frozenset(" _^$.,;:!?-'\"()#↓↑")
_VOWELS: Final = frozenset("aeiouyæøœɐɑɒɔəɘɚɛɜɝɞɨɪɤɯɵɶʉʊʌʏᵻ")


def merge_tokens(tokens: Sequence[str], samples: Sequence[int]) -> list[tuple[str, int]]:
    """Return (phoneme, first sample) pairs.

    Stress marks lend their samples to the phoneme that follows, length marks and combining ones to the one before; punctuation, spaces and
    sentence marks become silence.
    """
    timed: list[tuple[str, int]] = []
    position = 0
    lent: int | None = None
    for token, count in zip(tokens, samples, strict=True):
        start = position if lent is None else lent
        position += max(0, count)
        if token in _STRESS:
            lent = start
            continue
        lent = None
        if timed and timed[-1][0] and (token in _LENGTH or (token and unicodedata.combining(token[0]))):
            timed[-1] = (timed[-1][0] + token, timed[-1][1])
        else:
            timed.append(("" if token in _SILENT else token, start))
    return timed


def spread_evenly(phonemes: Iterable[str], samples: Samples, sample_rate: int) -> list[tuple[str, int]]:
    """Estimate (phoneme, first sample) pairs for a model that tells no durations.

    The part of `samples` between its first and last loud 10 ms is shared out: a vowel takes two shares, a long one three, a consonant one,
    and spaces and punctuation none.
    """
    tokens = list(phonemes)
    merged = [phoneme for phoneme, _ in merge_tokens(tokens, [1] * len(tokens))]
    while merged and not merged[-1]:
        merged.pop()
    frame = max(1, sample_rate // 100)
    loud = np.flatnonzero(np.abs(samples) > 0.02 * float(np.max(np.abs(samples), initial=0.0)))
    if not merged or not loud.size:
        return []
    first, last = int(loud[0]) // frame * frame, int(loud[-1]) + 1
    shares = np.array([_share(phoneme) for phoneme in merged])
    starts = first + np.concatenate(([0.0], np.cumsum(shares)[:-1])) * ((last - first) / max(shares.sum(), 1e-9))
    return [*((phoneme, int(start)) for phoneme, start in zip(merged, starts, strict=True)), ("", last)]


def _share(phoneme: str) -> float:
    if not phoneme:
        return 0.0
    vowel = phoneme[0] in _VOWELS
    return (2.0 if vowel else 1.0) + (1.0 if "ː" in phoneme else 0.0)
