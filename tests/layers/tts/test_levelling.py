"""One loudness for a voice, and peaks that never clip."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.layers.audio import Samples
from engine.layers.tts.levelling import CEILING, TARGET, amplified, levelled, limited, voice_gain
from engine.layers.tts.loudness import loudness, true_peak

RATE = 22_050


def noise(level: float, seconds: float, seed: int = 1) -> Samples:
    """Return noise at a loudness."""
    sound = np.random.default_rng(seed).normal(0, 0.05, int(seconds * RATE)).astype(np.float32)
    return amplified(sound, level - loudness(sound, RATE))


@pytest.mark.parametrize("level", [-24.0, -20.0, -16.0])
@pytest.mark.parametrize("volume", [-10.0, 0.0, 4.0])
def test_a_clause_comes_out_at_the_target_plus_the_volume(level: float, volume: float) -> None:
    assert loudness(levelled(noise(level, 2.0), RATE, volume), RATE) == pytest.approx(TARGET + volume, abs=0.1)


def test_a_whisper_is_not_made_a_shout() -> None:
    assert loudness(levelled(noise(-40.0, 2.0), RATE), RATE) == pytest.approx(-35.0, abs=0.1)


def test_a_short_word_is_corrected_less_than_a_sentence() -> None:
    word, sentence = (loudness(levelled(noise(-27.0, seconds), RATE), RATE) for seconds in (0.3, 1.0))
    assert -24.0 < word < sentence == pytest.approx(-22.0, abs=0.1)


def test_silence_stays_silence() -> None:
    assert np.array_equal(levelled(np.zeros(RATE, np.float32), RATE), np.zeros(RATE, np.float32))
    assert levelled(np.zeros(0, np.float32), RATE).size == 0


def test_the_gain_of_a_voice_is_that_of_its_middle_clause() -> None:
    clauses = [noise(level, 1.0) for level in (-33.0, -30.0, -10.0)]
    assert voice_gain(clauses, RATE) == pytest.approx(10.0, abs=0.1)
    assert voice_gain([np.zeros(RATE, np.float32)], RATE) == 0.0
    assert voice_gain([noise(-69.0, 1.0)], RATE) == 30.0


def test_what_has_no_high_peak_is_not_touched() -> None:
    quiet = noise(-25.0, 1.0)
    assert limited(quiet, RATE) is quiet


def test_a_peak_is_turned_down_and_what_is_far_from_it_stays() -> None:
    sound = noise(-25.0, 1.0)
    sound[RATE // 2] = 2.0
    lower = limited(sound, RATE)
    assert true_peak(lower) <= CEILING
    far = np.abs(np.arange(sound.size) - RATE // 2) > 0.01 * RATE
    assert np.array_equal(lower[far], sound[far])


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 20_000), st.floats(0.01, 5.0), st.integers(0, 2**32 - 1), st.booleans())
def test_no_true_peak_passes_the_ceiling(count: int, level: float, seed: int, square: bool) -> None:
    sound = np.random.default_rng(seed).normal(0, level, count).astype(np.float32)
    sound = np.sign(sound) * np.float32(min(level, 2.0)) if square else sound
    lower = limited(sound, RATE)
    assert lower.shape == sound.shape
    assert true_peak(lower) <= CEILING * 1.0001
