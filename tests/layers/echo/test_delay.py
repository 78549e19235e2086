"""Where in what was played a microphone is, and that silence and strangers are nowhere."""

import pytest

from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.echo.delay import DelayFinder
from engine.layers.echo.reference import Reference
from tests.layers.echo.rooms import Path, background, told
from tests.layers.sounds import silence

AHEAD = 5000
"""The media clock of these rooms is that far ahead of the microphone's count."""


def places(played: Samples, microphone: Samples, block: int = 320) -> list[int]:
    reference = Reference()
    finder = DelayFinder(reference)
    found: list[int] = []
    for start in range(0, microphone.size - block + 1, block):
        reference.play(3 * (start + AHEAD), played[start : start + block])
        place = finder.hear(start, microphone[start : start + block])
        if place is not None:
            found.append(place)
    return found


@pytest.mark.parametrize("noise", [-60.0, -45.0])
@pytest.mark.parametrize("delay", [0, 20, 350, 500])
def test_finds_the_delay_of_an_echo(delay: int, noise: float) -> None:
    played = told()[: 12 * HEARING_RATE]
    found = places(played, Path(-30.0, delay, drift=0.0).echo(played) + background(played.size, noise))
    assert len(found) > 10
    assert {AHEAD - place for place in found} <= set(range(delay * 16 - 4, delay * 16 + 5))


def test_blocks_of_any_length_will_do() -> None:
    played = told()[: 6 * HEARING_RATE]
    echo = Path(-20.0, 120, drift=0.0).echo(played)
    assert AHEAD - places(played, echo, block=333)[-1] == pytest.approx(1920, abs=4)


def test_noise_is_no_echo() -> None:
    played = told()[: 20 * HEARING_RATE]
    assert places(played, background(played.size, -40.0)) == []


def test_silence_is_no_echo() -> None:
    played = told()[: 5 * HEARING_RATE]
    assert places(played, silence(5.0)) == []
    assert places(silence(5.0), played) == []
    assert DelayFinder(Reference()).hear(0, played[:4096]) is None
