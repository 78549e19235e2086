"""The log-mel picture is the one that the networks were trained on."""

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.layers.log_mel import HOP, log_mel, mel_filters
from tests.layers.sounds import noise, silence, speech


@given(length=st.integers(0, 60_000), frames=st.integers(3, 500), level=st.sampled_from([0.0, 1e-4, 0.1, 1.0]))
@example(length=0, frames=100, level=0.1)
@example(length=32_000, frames=200, level=0.1)
@settings(deadline=None, max_examples=40)
def test_equals_whispers_own_features_of_the_sound_with_zeros_behind(length: int, frames: int, level: float) -> None:
    sound = noise(length / 16_000, level)
    padded = np.zeros(frames * HOP, dtype=np.float32)
    padded[: len(sound)] = sound[: len(padded)]

    expected = FeatureExtractor()(padded, padding=0)[:, :frames]

    np.testing.assert_allclose(log_mel(sound, frames), expected, atol=1e-5)


def test_equals_them_on_speech() -> None:
    heard = speech().samples
    expected = FeatureExtractor()(heard[: 3 * 16_000], padding=0)[:, :300]
    np.testing.assert_allclose(log_mel(heard, 300), expected, atol=1e-5)


@pytest.mark.parametrize("bands", [80, 128])
def test_filters_of_small_and_large_models(bands: int) -> None:
    np.testing.assert_allclose(mel_filters(bands), FeatureExtractor(feature_size=bands).mel_filters, atol=1e-7)
    assert log_mel(silence(0.1), 20, bands).shape == (bands, 20)


def test_does_not_change_the_sound() -> None:
    sound = noise(1.0, 0.1)
    before = sound.copy()
    log_mel(sound, 300)
    np.testing.assert_array_equal(sound, before)
