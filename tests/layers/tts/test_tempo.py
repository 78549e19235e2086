"""Speed without pitch, pitch without speed."""

import numpy as np
import pytest

from engine.layers.tts.tempo import at_tempo

RATE = 24_000
TONE = (0.3 * np.sin(2 * np.pi * 220 * np.arange(2 * RATE) / RATE)).astype(np.float32)


@pytest.mark.parametrize(
    ("tempo", "semitones"), [(2.0, 0.0), (0.5, 0.0), (1.0, 6.0), (1.0, -6.0), (0.5, 6.0), (2.0, -6.0), (1.3, 2.0)]
)
def test_length_follows_the_tempo_and_pitch_the_semitones(tempo: float, semitones: float) -> None:
    changed = at_tempo(TONE, RATE, tempo, semitones)
    assert changed.size / TONE.size == pytest.approx(1.0 / tempo, rel=0.02)
    spectrum = np.abs(np.fft.rfft(changed * np.hanning(changed.size)))
    assert spectrum.argmax() * RATE / changed.size == pytest.approx(220 * 2 ** (semitones / 12), rel=0.01)


def test_nothing_asked_is_nothing_done() -> None:
    assert at_tempo(TONE, RATE, 1.0) is TONE


@pytest.mark.parametrize("size", [0, 1, 100])
def test_a_sound_shorter_than_the_filter_looks_at_stays(size: int) -> None:
    assert at_tempo(TONE[:size], RATE, 2.0).size == size
