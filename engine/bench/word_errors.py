"""Word errors of two recognisers that heard the same utterances, and how sure their difference is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.training.voice.evaluation.words import plain_words, word_errors

_DRAWS: Final = 10_000
_SEED: Final = 1
_SURE: Final = 95.0
"""Hundredths of the draws that the interval holds."""


@dataclass(frozen=True, slots=True)
class HeardTwice:
    """One utterance, and the words that two recognisers got wrong in it."""

    said: str
    """In plain words; utterances of the same words are versions of one recording or one prompt."""
    words: int
    ours: int
    theirs: int

    @classmethod
    def of(cls, said: str, ours: str, theirs: str) -> "HeardTwice":
        """Compare both texts with what was said; case, punctuation and digits against number words do not count."""
        wrong, wrong_there = word_errors([said], [ours]), word_errors([said], [theirs])
        return cls(" ".join(plain_words(said)), wrong.words, wrong.errors, wrong_there.errors)


def word_error_rate(said: str, understood: str) -> float:
    """Return the share of wrong words; case, punctuation and digits against number words do not count."""
    return word_errors([said], [understood]).rate


def error_rates(heard: Sequence[HeardTwice]) -> tuple[float, float]:
    """Return the errors per word of both recognisers, ours first, over all utterances."""
    words = max(sum(one.words for one in heard), 1)
    return sum(one.ours for one in heard) / words, sum(one.theirs for one in heard) / words


def difference_interval(heard: Sequence[HeardTwice]) -> tuple[float, float]:
    """Return between which values the difference of the error rates (ours - theirs) lies in 95 % of resampled collections.

    A paired bootstrap (Bisani and Ney 2004, "Bootstrap Estimates for Confidence Intervals in ASR Performance Evaluation"): whole
    utterances are drawn with replacement, both recognisers' errors together, and all versions of an utterance together, since
    they are no new evidence. The same for the same utterances each time. Raises ValueError for none.
    """
    if not heard:
        raise ValueError("there are no utterances to draw from")
    places: dict[str, int] = {}
    sums = np.zeros((len({one.said for one in heard}), 2), dtype=np.int64)
    for one in heard:
        sums[places.setdefault(one.said, len(places))] += (one.ours - one.theirs, one.words)
    drawn = np.random.default_rng(_SEED).integers(0, len(sums), (_DRAWS, len(sums)))
    more, words = np.moveaxis(sums[drawn].sum(axis=1), -1, 0)
    low, high = np.percentile(more / np.maximum(words, 1), [(100.0 - _SURE) / 2, (100.0 + _SURE) / 2])
    return float(low), float(high)
