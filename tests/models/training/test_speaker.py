"""Another speaker made from recordings."""

import numpy as np
import pytest

pytest.importorskip("pyworld", reason="the extra `train` is not installed")

from models.training.voice.pitch import fundamental
from models.training.voice.recipe import HOP, SAMPLE_RATE
from models.training.voice.signals import Floats, log_mel
from models.training.voice.speaker import RECORDED, Speaker, disguised
from tests.models.training.speaking import buzz, silence

MAN = Speaker(pitch=0.68, formants=0.86)


def _said() -> Floats:
    sound = np.concatenate([silence(0.2), buzz(0.6, 200.0), silence(0.2), buzz(0.5, 250.0), silence(0.2)])
    return np.asarray(sound[: sound.size // HOP * HOP], np.float32)


def _resonant(frequency: float) -> Floats:
    """Noise through one resonance."""
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    ring = np.exp(-300 * time[:2000]) * np.sin(2 * np.pi * frequency * time[:2000])
    excitation = np.zeros(SAMPLE_RATE // HOP * HOP)
    excitation[:: SAMPLE_RATE // 200] = 1.0
    return np.asarray(0.2 * np.convolve(excitation, ring)[: excitation.size], np.float32)


def _peak_hz(samples: Floats) -> float:
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    smooth = np.convolve(spectrum, np.hanning(401), "same")
    return float(np.fft.rfftfreq(samples.size, 1 / SAMPLE_RATE)[int(np.argmax(smooth))])


def test_the_recorded_person_is_nobody_else() -> None:
    assert RECORDED.recorded
    assert not MAN.recorded


def test_the_pitch_is_lower_and_everything_lies_where_it_lay() -> None:
    samples = _said()
    f0 = fundamental(samples)
    other = disguised(samples, f0, MAN)
    assert other.samples.shape == samples.shape
    assert np.isfinite(other.samples).all()
    assert np.abs(other.samples).max() < 1
    assert np.allclose(other.f0, MAN.pitch * f0)
    heard = fundamental(other.samples, MAN.f0_floor, MAN.f0_ceiling)
    both = (heard > 0) & (f0 > 0)
    assert both.sum() > 0.8 * (f0 > 0).sum()
    assert np.median(heard[both] / f0[both]) == pytest.approx(MAN.pitch, rel=0.02)
    loud = log_mel(samples).mean(axis=1)
    assert np.corrcoef(loud, log_mel(other.samples).mean(axis=1))[0, 1] > 0.9


def test_resonances_move_down_by_the_factor() -> None:
    samples = _resonant(1_500.0)
    other = disguised(samples, fundamental(samples), Speaker(pitch=1.0, formants=0.8))
    assert _peak_hz(other.samples) == pytest.approx(0.8 * _peak_hz(samples), rel=0.08)
