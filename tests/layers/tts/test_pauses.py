"""Clauses that join without a click and without waiting twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.layers.tts.pauses import pause_after, trimmed
from tests.layers.tts.measured import sharpest_step

RATE = 22_050


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Well,", 0.12),
        ("first;", 0.18),
        ("It is late.", 0.25),
        ('He said: "Go!"', 0.25),
        ("(really?)", 0.25),
        ("so ...", 0.3),
        ("so…", 0.3),
        ("and then", 0.03),
        ("你好。", 0.25),
        ("मैं यहाँ हूँ।", 0.25),
        ("هل أنت هنا؟", 0.25),
        ("", 0.03),
    ],
)
def test_the_punctuation_says_how_long_the_silence_is(text: str, seconds: float) -> None:
    assert pause_after(text) == seconds


def test_the_silence_around_a_piece_is_replaced_by_the_pause_alone() -> None:
    tone = 0.3 * np.sin(2 * np.pi * 200 * np.arange(RATE // 2) / RATE)
    sound = np.concatenate([np.zeros(RATE // 5), tone, np.zeros(RATE)]).astype(np.float32)
    piece, cut = trimmed(sound, RATE, 0.25)
    loud = np.flatnonzero(np.abs(piece) > 0.003)
    assert loud[0] / RATE < 0.013
    assert (piece.size - loud[-1]) / RATE == pytest.approx(0.25, abs=0.002)
    assert np.allclose(piece[2_000:9_000], sound[cut + 2_000 : cut + 9_000])


@pytest.mark.parametrize("first", [0, 300, 1_000, 2_100])
@pytest.mark.parametrize("last", [8_000, 7_500, 6_000])
def test_two_pieces_join_without_a_step_wherever_their_sound_begins_and_ends(first: int, last: int) -> None:
    swell = np.interp(np.arange(8_000), [500, 1_500, 6_500, 7_500], [0.0, 0.3, 0.3, 0.0])
    sound = (swell * np.cos(2 * np.pi * 150 * np.arange(8_000) / RATE)).astype(np.float32)
    piece, _ = trimmed(sound[first:last], RATE, 0.0)
    assert abs(piece[0]) < 0.001
    assert abs(piece[-1]) < 0.001
    assert sharpest_step(np.concatenate([piece, piece])) < 0.03


@given(st.integers(0, 3_000), st.floats(0.0, 0.5), st.integers(0, 2**32 - 1))
def test_any_sound_is_as_long_as_what_is_heard_of_it_and_the_pause(count: int, pause: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    sound = (random.normal(0, 0.05, count) * (random.random() < 0.9)).astype(np.float32)
    piece, cut = trimmed(sound, RATE, pause)
    assert 0 <= cut <= count
    assert np.isfinite(piece).all()
    assert piece.size == 0 or piece.size >= round(pause * RATE)
    assert piece.size <= count + round(pause * RATE)
