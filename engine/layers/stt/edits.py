"""How far two lists of words are apart."""

from collections.abc import Sequence


def edits_to_prefixes(words: Sequence[str], others: Sequence[str], band: int | None = None) -> list[int]:
    """Return the edits (words changed, added or left out) from all of `words` to each prefix of `others`, the empty one first.

    Levenshtein (1966). With a `band` only alignments that drift by at most so many words are looked at: what lies beyond counts as
    `len(words) + len(others)` edits, and the time grows with the band instead of with both lengths.
    """
    far = len(words) + len(others)
    row = [column if band is None or column <= band else far for column in range(len(others) + 1)]
    for number, word in enumerate(words, start=1):
        above = row
        row = [far] * len(above)
        first, last = (0, len(others)) if band is None else (max(0, number - band), min(len(others), number + band))
        for column in range(first, last + 1):
            best = above[column] + 1
            if column:
                best = min(best, row[column - 1] + 1, above[column - 1] + (word != others[column - 1]))
            row[column] = min(best, far)
    return row
