"""Loudness and true peak, with the published test signals of EBU Tech 3341 for a meter that follows ITU-R BS.1770."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.layers.tts.loudness import fast_length, loudness, oversampled, true_peak

RATE = 48_000


def tone(*parts: tuple[float, float], rate: int = RATE) -> NDArray[np.float32]:
    """Return a stereo tone of 1 kHz; each part has a level in dBFS and seconds."""
    levels = np.concatenate([np.full(round(seconds * rate), 10 ** (level / 20)) for level, seconds in parts])
    mono = levels * np.sin(2 * np.pi * 1_000 * np.arange(levels.size) / rate)
    return np.stack([mono, mono]).astype(np.float32)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(-23, 20)], -23.0),
        ([(-33, 20)], -33.0),
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
    ],
    ids=["case 1", "case 2", "case 3", "case 4", "case 5"],
)
def test_the_tones_of_ebu_tech_3341_measure_as_published(parts: list[tuple[float, float]], expected: float) -> None:
    assert loudness(tone(*parts), RATE) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000])
def test_one_channel_is_three_units_below_two_at_every_rate(rate: int) -> None:
    assert loudness(tone((-23, 5), rate=rate)[0], rate) == pytest.approx(-26.01, abs=0.1)


def test_the_filter_is_the_one_that_the_recommendation_gives_for_48_khz() -> None:
    impulse = np.zeros(RATE, np.float32)
    impulse[0] = 1.0
    shelf = ([1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585])
    high_pass = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])
    expected = impulse.astype(np.float64)
    for top, bottom in (shelf, high_pass):
        out = np.zeros(4_000)
        for n in range(out.size):
            out[n] = sum(top[k] * expected[n - k] for k in range(3) if n >= k)
            out[n] -= sum(bottom[k] * out[n - k] for k in (1, 2) if n >= k)
        expected = out
    block = impulse[: round(0.4 * RATE)]
    assert loudness(block, RATE) == pytest.approx(-0.691 + 10 * np.log10(np.sum(expected**2) / block.size), abs=0.001)


def test_pauses_do_not_count_but_for_the_blocks_that_they_share_with_speech() -> None:
    spoken = tone((-23, 4))
    with_pauses = np.concatenate([spoken, np.zeros_like(spoken), spoken, np.zeros_like(spoken)], axis=1)
    assert loudness(with_pauses, RATE) == pytest.approx(loudness(spoken, RATE), abs=0.3)


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(1), np.zeros(48_000), np.full(48_000, 1e-6)])
def test_silence_has_no_loudness(samples: NDArray[np.float64]) -> None:
    assert loudness(samples.astype(np.float32), RATE) == -np.inf


def test_a_sound_shorter_than_a_block_is_a_block_by_itself() -> None:
    assert loudness(tone((-23, 0.2)), RATE) == pytest.approx(-23.0, abs=0.2)


@pytest.mark.parametrize("phase", [0.0, 45.0, 60.0, 67.5])
@pytest.mark.parametrize("period", [4, 6, 8])
def test_the_true_peaks_of_ebu_tech_3341_lie_between_the_samples(phase: float, period: int) -> None:
    number = np.arange(4_800)
    edges = np.minimum(1.0, np.minimum(number, number[::-1]) / 480)
    wave = (0.5 * edges * np.sin(2 * np.pi * number / period + np.radians(phase))).astype(np.float32)
    assert -6.4 < 20 * np.log10(true_peak(wave)) < -5.8


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3_000), st.integers(0, 2**32 - 1))
def test_every_fourth_sample_of_the_oversampled_sound_is_one_of_the_sound(count: int, seed: int) -> None:
    samples = np.random.default_rng(seed).normal(0, 0.3, count).astype(np.float32)
    assert np.allclose(oversampled(samples)[::4], samples, atol=1e-4)


@given(st.integers(1, 2_000_000))
def test_transform_lengths_are_even_and_close(least: int) -> None:
    assert fast_length(least) % 2 == 0
    assert least <= fast_length(least) <= max(8, least * 4 / 3)
