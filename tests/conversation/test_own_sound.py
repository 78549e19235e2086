"""The replica does not listen to itself: what it sounds is known to whoever judges the microphones."""

from dataclasses import replace

import numpy as np
import pytest

from engine.conversation.own_sound import OwnSound
from engine.layers.audio import HEARING_RATE, MEDIA_RATE, Samples
from engine.layers.echo.guard import Heard
from engine.layers.echo.reference import Reference
from tests.conversation.stage import stage_of
from tests.fakes.layers import FakeLayers, fake_layers

TICK = MEDIA_RATE // 50
TONE_HZ = 440.0


def tone(position: int, count: int) -> np.ndarray:
    return (0.3 * 32767 * np.sin(2 * np.pi * TONE_HZ * (position + np.arange(count)) / MEDIA_RATE)).astype(np.int16)


def played(own: OwnSound, start: int, ticks: int) -> None:
    for tick in range(ticks):
        position = start + tick * TICK
        own.play(position, tone(position, TICK))


@pytest.mark.parametrize("start", [0, 48_000 * 3600])
def test_it_lies_where_it_sounds_on_the_media_clock(start: int) -> None:
    own = OwnSound()
    played(own, start, 50)
    end = own.reference.end
    assert end is not None
    assert start + 50 * TICK - TICK < end * 3 <= start + 50 * TICK  # a resampler holds some back
    kept = np.empty(HEARING_RATE // 4, np.float32)
    own.reference.read(end - kept.size - 800, kept)
    at = (end - kept.size - 800 + np.arange(kept.size)) / HEARING_RATE
    assert kept == pytest.approx(0.3 * np.sin(2 * np.pi * TONE_HZ * at), abs=0.01)


def test_where_the_clock_leaps_there_was_silence() -> None:
    own = OwnSound()
    played(own, 0, 25)
    played(own, 2 * MEDIA_RATE, 25)
    between = np.empty(HEARING_RATE // 2, np.float32)
    own.reference.read(HEARING_RATE, between)
    assert np.abs(between).max() < 1e-3
    after = np.empty(HEARING_RATE // 10, np.float32)
    own.reference.read(2 * HEARING_RATE + HEARING_RATE // 10, after)
    assert np.abs(after).max() == pytest.approx(0.3, abs=0.02)


class ExactGuard:
    """Knows the room exactly: takes off whatever of the last tick is as loud as it was played."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    def hear(self, samples: Samples) -> Heard:
        before = np.zeros(2 * samples.size, np.float32)
        if self._reference.end is not None:
            self._reference.read(self._reference.end - before.size, before)
        own = float(np.abs(before).max()) > 0.01 and float(samples.max()) < 0.35
        left = np.zeros_like(samples) if own else samples
        return Heard(left, float(own), own, left)


def layers_with(guard: bool) -> FakeLayers:
    layers = fake_layers(hears=["Stop, please."], answers=["Certainly."])
    return replace(layers, engines=replace(layers.engines, open_guard=ExactGuard)) if guard else layers


@pytest.mark.parametrize("guard", [False, True])
async def test_on_a_loudspeaker_the_replica_interrupts_itself_unless_it_is_guarded(guard: bool) -> None:
    async with stage_of(layers_with(guard)) as stage:
        stage.loudspeaker = 1.0
        stage.join("a", greeting="one two three four five six seven eight nine ten")
        await stage.pass_time(3.0)
        own_turns = [event for event, _ in stage.events() if event.startswith("user.")]
        assert bool(own_turns) is not guard
        if guard:
            assert stage.said("replica") == ["one two three four five six seven eight nine ten"]


async def test_a_person_who_is_louder_than_the_loudspeaker_still_takes_the_floor() -> None:
    async with stage_of(layers_with(guard=True)) as stage:
        stage.loudspeaker = 1.0
        stage.join("a", greeting="one two three four five six seven eight nine ten")
        await stage.pass_time(0.6)
        await stage.pass_time(1.2, a=0.5)
        await stage.pass_time(1.5)
        assert stage.said("user") == ["Stop, please."]
        assert "replica_interrupted" in [event for event, _ in stage.events()]
