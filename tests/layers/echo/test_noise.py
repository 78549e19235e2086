"""A fan goes, a person stays."""

import numpy as np
import pytest

from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.echo.noise import NoiseSuppressor
from tests.layers.echo.rooms import background, people, told
from tests.layers.sounds import noise


def suppressed(sound: Samples, block: int = 320) -> Samples:
    suppressor = NoiseSuppressor()
    return np.concatenate([suppressor.feed(sound[at : at + block]) for at in range(0, sound.size, block)])


def level(samples: Samples) -> float:
    return float(20.0 * np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64))) + 1e-9))


@pytest.mark.parametrize(
    "steady",
    [background(8 * HEARING_RATE, -60.0), background(8 * HEARING_RATE, -30.0), noise(8.0, 0.01)],
    ids=["faint fan", "loud fan", "hiss"],
)
def test_steady_noise_loses_ten_decibels(steady: Samples) -> None:
    settled = 2 * HEARING_RATE
    assert level(suppressed(steady)[settled:]) <= level(steady[settled:]) - 10.0


def test_clean_speech_keeps_its_level() -> None:
    assert level(suppressed(told())) == pytest.approx(level(told()), abs=1.0)
    for name, person in people():
        assert level(suppressed(person)) == pytest.approx(level(person), abs=2.5), name


def test_a_person_stands_out_of_the_noise() -> None:
    [(_, person), *_] = people()
    fan = background(3 * HEARING_RATE + person.size, -45.0)
    sound = fan.copy()
    sound[3 * HEARING_RATE :] += person
    found = suppressed(sound)
    before, during = slice(HEARING_RATE, 3 * HEARING_RATE), slice(3 * HEARING_RATE, None)
    gained = level(found[during]) - level(found[before]) - (level(sound[during]) - level(sound[before]))
    assert gained >= 9.0


@pytest.mark.parametrize("block", [1, 304, 512, 5000])
def test_blocks_of_any_length_give_the_same_sound(block: int) -> None:
    sound = people()[0][1][:16_000]
    np.testing.assert_array_equal(suppressed(sound, block), suppressed(sound))
