"""A microphone on the room's clock, and voices added up."""

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.room.opus import SpeechEncoder
from engine.room.pacer import SoundTick
from engine.room.playout import MEDIA_RATE, TICK
from engine.room.tracks import SoundTrack
from engine.room.voices import BEGINS_WITH, LOOKED_BACK, MOST, Voice, connect, mixed, send


def frame(level: int, samples: int = TICK, *, rate: int = MEDIA_RATE) -> av.AudioFrame:
    """Stereo, as aiortc decodes Opus."""
    made = av.AudioFrame.from_ndarray(np.full((1, 2 * samples), level, dtype=np.int16), format="s16", layout="stereo")
    made.sample_rate, made.pts, made.time_base = rate, 0, Fraction(1, rate)
    return made


def silence() -> np.ndarray[Any, np.dtype[np.int16]]:
    return np.zeros(TICK, dtype=np.int16)


def test_a_voice_begins_when_a_little_of_it_waits_and_ends_when_nothing_does() -> None:
    voice = Voice()
    voice.push(frame(1000))
    assert voice.take() is None
    voice.push(frame(1000))
    for _ in range(BEGINS_WITH // TICK):
        heard = voice.take()
        assert heard is not None
        assert heard.shape == (TICK,)
    assert voice.take() is None
    voice.push(frame(1000))
    assert voice.take() is None, "it begins anew, with something in hand"


def burst(voice: Voice, count: int, level: int = 1000) -> None:
    for _ in range(count):
        voice.push(frame(level))


def heard_of(voice: Voice, ticks: int, *, level: int = 1000) -> int:
    """Return how many of so many ticks hold sound, on a network that brings a packet for each."""
    heard = 0
    for _ in range(ticks):
        voice.push(frame(level))
        heard += voice.take() is not None
    return heard


def test_a_network_that_holds_sound_back_is_heard_without_holes_as_soon_as_it_is_known() -> None:
    voice = Voice()
    heard = []
    for tick in range(200):
        # Five packets at a time: all but the last are late.
        if tick % 5 == 0:
            burst(voice, 5)
        heard.append(voice.take() is not None)
    assert all(heard[10:])
    assert voice.dropped == 0


def test_what_waits_without_need_goes_when_it_is_quiet() -> None:
    voice = Voice()
    burst(voice, 12)
    assert heard_of(voice, LOOKED_BACK) == LOOKED_BACK
    late = voice.delay
    assert heard_of(voice, LOOKED_BACK) == LOOKED_BACK
    assert voice.delay == late, "nothing is cut out of speech"
    assert heard_of(voice, LOOKED_BACK, level=20) == LOOKED_BACK
    assert voice.delay <= BEGINS_WITH
    assert late - voice.delay == voice.dropped


def test_what_is_needed_stays_however_quiet_it_is() -> None:
    voice = Voice()
    for _ in range(4 * LOOKED_BACK // 5):
        burst(voice, 5, level=20)
        assert [voice.take() is not None for _ in range(5)] == [True] * 5
    assert voice.dropped == 0


def test_a_sender_that_is_too_fast_grows_into_no_delay() -> None:
    voice = Voice()
    for _ in range(50):
        voice.push(frame(1000))
    ticks = 0
    while voice.take() is not None:
        ticks += 1
    assert ticks * TICK <= MOST
    assert voice.dropped == (50 - ticks) * TICK


def test_mono_and_stereo_are_alike_loud() -> None:
    voice = Voice()
    for _ in range(4):
        voice.push(frame(5000))
    voice.take()
    heard = voice.take()
    assert heard is not None
    assert np.median(heard) == pytest.approx(5000, rel=0.02)


@given(st.lists(st.integers(-32768, 32767), max_size=8), st.integers(-32768, 32767))
def test_a_sum_of_voices_is_limited_and_never_wraps(levels: list[int], own: int) -> None:
    others = [np.full(TICK, level, dtype=np.int16) for level in levels]
    total = mixed(np.full(TICK, own, dtype=np.int16), others)
    assert total.dtype == np.int16
    assert int(total[0]) == max(-32768, min(32767, own + sum(levels)))


def _person() -> Any:
    return SimpleNamespace(sound=SoundTrack(), voice=None, mix=None)


async def test_who_is_alone_gets_the_replicas_packets_as_they_are() -> None:
    encoder = SpeechEncoder()
    packets = [encoder.encode(silence(), position * TICK) for position in range(3)]
    ticks = [SoundTick(packet.pts or 0, silence(), packet) for packet in packets if packet is not None]
    alone = _person()
    connect([alone])
    send(ticks[0], [alone])
    assert await alone.sound.recv() is ticks[0].packet
    other = _person()
    connect([alone, other])
    send(ticks[1], [alone, other])
    mine, theirs = await alone.sound.recv(), await other.sound.recv()
    assert ticks[1].packet not in (mine, theirs)
    assert mine.pts == theirs.pts == ticks[1].position
    connect([alone])
    send(ticks[2], [alone])
    assert await alone.sound.recv() is ticks[2].packet
    assert alone.voice is None
