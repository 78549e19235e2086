"""How loud an echo may be is learned from echoes alone."""

import pytest

from engine.layers.echo.coupling import Coupling


def fed(coupling: Coupling, frames: int, *, played: float, heard: float, left: float) -> Coupling:
    for _ in range(frames):
        coupling.play(played)
        coupling.learn(heard, left)
    return coupling


def test_before_anything_is_known_nothing_is_too_loud_for_an_echo() -> None:
    coupling = fed(Coupling(), 10, played=0.01, heard=0.01, left=0.01)
    assert coupling.sounding
    assert not coupling.exceeded(0.1)


@pytest.mark.parametrize("known_delay", [False, True])
def test_learns_the_level_of_an_echo_that_was_removed(known_delay: bool) -> None:
    coupling = Coupling()
    if known_delay:
        coupling.align()
    fed(coupling, 300, played=0.01, heard=0.0001, left=0.0)
    assert coupling.gain == pytest.approx(-20.0)
    assert not coupling.exceeded(0.0005)
    assert coupling.exceeded(0.0007)


def test_what_the_canceller_leaves_teaches_nothing() -> None:
    coupling = fed(Coupling(), 300, played=0.01, heard=0.001, left=0.0005)
    assert coupling.gain == Coupling().gain


def test_headphones_are_known_by_what_is_not_heard() -> None:
    coupling = fed(Coupling(), 300, played=0.01, heard=1e-6, left=1e-6)
    assert coupling.exceeded(1e-5)


def test_a_microphone_that_is_switched_off_says_nothing() -> None:
    coupling = fed(Coupling(), 300, played=0.01, heard=0.0, left=0.0)
    assert coupling.gain == Coupling().gain


def test_a_louder_echo_is_learned_within_a_third_of_a_second() -> None:
    coupling = fed(Coupling(), 320, played=0.01, heard=1e-5, left=0.0)
    assert coupling.exceeded(1e-4)
    fed(coupling, 33, played=0.01, heard=1e-4, left=0.0)
    assert not coupling.exceeded(1e-4)


def test_what_was_played_can_be_heard_for_640_ms() -> None:
    coupling = fed(Coupling(), 1, played=0.01, heard=0.0, left=0.0)
    fed(coupling, 63, played=0.0, heard=0.0, left=0.0)
    assert coupling.sounding
    coupling.play(0.0)
    assert not coupling.sounding
