"""Everybody's sound, each sample at its place."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.recording.mixer import TOLERANCE, Mixer, Pcm


def _pcm(value: int, size: int = 100) -> Pcm:
    return np.full(size, value, np.int16)


def test_who_speaks_at_once_is_heard_at_once() -> None:
    mixer = Mixer(1000)
    mixer.add("ada", 1000, _pcm(5))
    mixer.add("bob", 1050, _pcm(7))
    assert mixer.end == 1150
    taken = mixer.take(200)
    assert list(np.unique(taken[:50])) == [5]
    assert list(np.unique(taken[50:100])) == [12]
    assert list(np.unique(taken[100:150])) == [7]
    assert not taken[150:].any()


def test_loud_sums_are_limited_and_do_not_wrap() -> None:
    mixer = Mixer(0)
    mixer.add("ada", 0, _pcm(30_000))
    mixer.add("bob", 0, _pcm(30_000))
    assert list(np.unique(mixer.take(100))) == [32_767]


def test_nobody_is_silence() -> None:
    mixer = Mixer(0)
    assert not mixer.take(500).any()
    assert mixer.position == 500


@given(jitter=st.lists(st.integers(-TOLERANCE, TOLERANCE), min_size=1, max_size=50))
def test_positions_that_jitter_by_a_tick_leave_no_seam(jitter: list[int]) -> None:
    mixer = Mixer(0)
    for number, shift in enumerate(jitter):
        mixer.add("ada", (number + 1) * 960 + (shift if number else 0), _pcm(1, 960))
    taken = mixer.take(960 * (len(jitter) + 2))
    assert list(np.flatnonzero(taken)) == list(range(960, 960 * (len(jitter) + 1)))
    assert taken.max() == 1


def test_a_gap_stays_a_gap() -> None:
    mixer = Mixer(0)
    mixer.add("ada", 0, _pcm(1))
    mixer.add("ada", 5000, _pcm(1))
    assert list(np.flatnonzero(mixer.take(6000))) == [*range(100), *range(5000, 5100)]


@given(pieces=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 20_000), st.integers(1, 2000)), max_size=30))
def test_no_sample_is_lost_however_late_it_comes(pieces: list[tuple[str, int, int]]) -> None:
    mixer, heard = Mixer(0), 0
    for source, at, size in pieces:
        mixer.add(source, at, _pcm(1, size))
        heard += int(mixer.take(500).sum())
    heard += int(mixer.take(mixer.end - mixer.position).sum())
    assert heard == sum(size for _, _, size in pieces)


def test_what_is_late_is_counted_and_heard_next() -> None:
    mixer = Mixer(0)
    mixer.take(1000)
    mixer.add("ada", 0, _pcm(1))
    mixer.add("ada", 100, _pcm(2))
    assert mixer.late == 2
    assert list(mixer.take(300)) == [1] * 100 + [2] * 100 + [0] * 100
