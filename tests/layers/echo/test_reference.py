"""What was played is found at its place on the media clock."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.layers.audio import Samples
from engine.layers.echo.reference import KEPT, Reference


def counted(start: int, size: int) -> Samples:
    """Return samples that say where they belong."""
    return (np.arange(start, start + size) + 1).astype(np.float32)


def read(reference: Reference, start: int, size: int) -> list[float]:
    out = np.full(size, -1.0, dtype=np.float32)
    reference.read(start, out)
    return [float(value) for value in out]


def test_nothing_was_played() -> None:
    reference = Reference()
    assert reference.end is None
    assert read(reference, 10, 3) == [0.0, 0.0, 0.0]


def test_what_is_not_played_yet_is_silence() -> None:
    reference = Reference()
    reference.play(300, counted(100, 4))
    assert reference.end == 104
    assert read(reference, 98, 8) == [0.0, 0.0, 101.0, 102.0, 103.0, 104.0, 0.0, 0.0]


def test_between_two_pieces_there_is_silence() -> None:
    reference = Reference()
    reference.play(0, counted(0, 3))
    reference.play(15, counted(5, 2))
    assert read(reference, 0, 7) == [1.0, 2.0, 3.0, 0.0, 0.0, 6.0, 7.0]


def test_a_clock_that_begins_anew_forgets() -> None:
    reference = Reference()
    reference.play(30 * KEPT, counted(10 * KEPT, 100))
    reference.play(0, counted(0, 5))
    assert read(reference, 0, 6) == [1.0, 2.0, 3.0, 4.0, 5.0, 0.0]


@given(
    start=st.integers(0, 10**9),
    sizes=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 2 * KEPT)), min_size=1, max_size=6),
)
def test_the_last_seconds_are_kept_wherever_the_clock_is(start: int, sizes: list[tuple[int, int]]) -> None:
    reference = Reference()
    whole = np.zeros(start % 1000 + sum(gap + size for gap, size in sizes), dtype=np.float32)
    base, at = start - start % 1000, start % 1000
    for gap, size in sizes:
        at += gap
        whole[at : at + size] = 0.5
        reference.play(3 * (base + at), whole[at : at + size])
        at += size
    first = max(0, at - KEPT)
    out = np.empty(at - first, dtype=np.float32)
    reference.read(base + first, out)
    np.testing.assert_array_equal(out, whole[first:at])
