"""Phonemes and words, and where they lie in the sound."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhonemeSpan:
    """A phoneme and where it lies in the sound."""

    phoneme: str
    """IPA as espeak-ng writes it, without stress marks; empty for silence."""
    start: int
    """First sample, at the rate of the clause that holds it."""
    length: int
    """Samples."""


@dataclass(frozen=True, slots=True)
class WordSpan:
    """A word and where it lies in the sound."""

    text: str
    """As it is written."""
    start: int
    """First sample, at the rate of the clause that holds it."""
    length: int
    """Samples."""


def spans_covering(onsets: Iterable[tuple[str, int]], end: int) -> tuple[PhonemeSpan, ...]:
    """Turn (phoneme, first sample) pairs, in order, into spans that cover 0..`end` without gap or overlap.

    What lies before the first onset is silence; neighbouring silences become one; spans of no length are left out.
    """
    spans: list[PhonemeSpan] = []
    phoneme, start = "", 0

    def close(until: int) -> None:
        if until <= start:
            return
        if spans and not phoneme and not spans[-1].phoneme:
            last = spans.pop()
            spans.append(PhonemeSpan("", last.start, until - last.start))
        else:
            spans.append(PhonemeSpan(phoneme, start, until - start))

    for following, onset in onsets:
        onset = min(max(onset, start), end)
        close(onset)
        phoneme, start = following, onset
    close(end)
    return tuple(spans)
