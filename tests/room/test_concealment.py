"""What is heard where packets were lost, out of a real encoder and the decoder that aiortc uses."""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import av
import numpy as np
import pytest
from aiortc.codecs.opus import OpusDecoder
from aiortc.jitterbuffer import JitterFrame
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.room.concealment import LONGEST, RATE, Concealment, OpusFrames
from engine.room.microphone import MicrophoneStream
from engine.room.opus import SpeechEncoder

TICK = 960
"""Samples (20 ms) of a packet."""
PITCH = 200
"""Hz; a period is 5 ms."""
Pcm = NDArray[np.int16]


def tone(seconds: float, level: float = 0.3) -> Pcm:
    time = np.arange(int(seconds * RATE)) / RATE
    return (level * 32767 * np.sin(2 * np.pi * PITCH * time)).astype(np.int16)


def silence(seconds: float) -> Pcm:
    return np.zeros(int(seconds * RATE), dtype=np.int16)


def hiss(seconds: float) -> Pcm:
    return (np.random.default_rng(5).normal(size=int(seconds * RATE)) * 1000).astype(np.int16)


def packets(sound: Pcm) -> list[bytes]:
    encoder = SpeechEncoder()
    ticks = [encoder.encode(sound[at : at + TICK], at) for at in range(0, sound.size, TICK)]
    return [bytes(packet) for packet in ticks if packet is not None]


@cache
def second_of_a_tone() -> list[bytes]:
    return packets(tone(1.0))


def decoded(sent: list[bytes], lost: set[int], *, first: int = 0) -> list[av.AudioFrame]:
    """Decode what is left without the packets of these places. `first`: sequence number of the packet of place 0."""
    decoder, concealment = OpusDecoder(), Concealment()
    frames: list[Any] = []
    for place, packet in enumerate(sent):
        if place not in lost:
            number, stamp = (first + place) % 65536, place * TICK
            for data, at in [*concealment.before(packet, number, stamp, stamp / RATE), (packet, stamp)]:
                frames += decoder.decode(JitterFrame(data, at))
    assert concealment.milliseconds == 20 * len(lost)
    return frames


def heard(sent: list[bytes], lost: set[int]) -> NDArray[np.float64]:
    """The left channel; both are alike."""
    return np.concatenate([frame.to_ndarray().reshape(-1, 2)[:, 0] for frame in decoded(sent, lost)]).astype(np.float64)


def tick(sound: NDArray[np.float64], place: int) -> NDArray[np.float64]:
    return sound[place * TICK : (place + 1) * TICK]


@given(st.sets(st.integers(1, 38)), st.integers(0, 65535))
def test_whatever_is_lost_the_sound_has_its_length_and_no_hole(lost: set[int], first: int) -> None:
    # Up to 19 in a row; more is a stream that stands still.
    stamps = [frame.pts for frame in decoded(second_of_a_tone()[:40], lost - {20}, first=first)]
    assert stamps == [place * TICK for place in range(40)]


def test_a_tone_goes_on_in_phase_and_without_a_jump() -> None:
    sent = second_of_a_tone()
    lost = {25, 35}
    whole, patched = heard(sent, set()), heard(sent, lost)
    for place in lost:
        missed = tick(whole, place)
        assert np.corrcoef(missed, tick(patched, place))[0, 1] > 0.9
        assert tick(patched, place).std() == pytest.approx(missed.std(), rel=0.4)
    assert np.abs(np.diff(patched)).max() < 2 * np.abs(np.diff(whole)).max()


def test_what_goes_on_missing_fades() -> None:
    sound = heard(second_of_a_tone(), set(range(20, 34)))
    levels = [tick(sound, place).std() for place in range(19, 34)]
    assert levels[1] > 0.5 * levels[0]
    assert max(levels) < 1.2 * levels[0]
    assert levels[-1] < 0.2 * levels[0]


def test_in_noise_the_hole_is_filled_with_noise_of_about_its_level() -> None:
    sent = packets(hiss(1.0))
    for place in (30, 31):
        level = tick(heard(sent, {30, 31}), place).std() / tick(heard(sent, set()), place).std()
        assert 0.25 < level < 1.5


def test_silence_stays_as_silent_as_it_was() -> None:
    for sound in (silence(1.0), np.concatenate([tone(0.5), silence(0.5)])):
        sent = packets(sound)
        whole, patched = heard(sent, set()), heard(sent, {35, 40, 41, 42})
        assert np.abs(patched[30 * TICK :]).max() <= np.abs(whole[30 * TICK :]).max() <= 1


def test_a_microphone_hears_no_hole_and_has_nothing_to_count() -> None:
    microphone = MicrophoneStream()
    parts = [part for frame in decoded(second_of_a_tone(), {20, 30, 31}) for part in microphone.feed(frame)]
    sound = np.concatenate(parts)
    assert sound.size == pytest.approx(16_000, abs=40)
    assert microphone.lost_milliseconds == 0
    each_10_ms = sound[1600:14_400].reshape(-1, 160).std(axis=1)
    assert each_10_ms.min() > 0.4 * np.median(each_10_ms)


def test_a_pause_of_the_sender_is_no_loss() -> None:
    concealment = Concealment()
    first, second = second_of_a_tone()[:2]
    assert concealment.before(first, 7, 0, 0.0) == []
    assert concealment.before(second, 8, 10 * TICK, 0.2) == []
    assert concealment.milliseconds == 0


def test_a_stream_that_stood_still_is_not_concealed() -> None:
    first, second = second_of_a_tone()[:2]
    for packets_later, seconds_later in ((3, LONGEST + 0.01), (1 + int(LONGEST * RATE) // TICK + 1, 0.1)):
        concealment = Concealment()
        concealment.before(first, 7, 0, 0.0)
        assert concealment.before(second, 7 + packets_later, packets_later * TICK, seconds_later) == []
        assert concealment.milliseconds == 0


def test_a_sender_that_begins_anew_is_followed() -> None:
    concealment = Concealment()
    first, second = second_of_a_tone()[:2]
    concealment.before(first, 7000, 100 * TICK, 0.0)
    assert concealment.before(second, 20, 0, 0.02) == []


@pytest.mark.parametrize("milliseconds", ["2.5", "5", "10", "20", "40", "60"])
@pytest.mark.parametrize("application", ["voip", "lowdelay"])
@pytest.mark.parametrize("bit_rate", [12_000, 24_000, 64_000])
def test_packets_of_any_kind_are_as_long_as_their_first_bytes_say(
    milliseconds: str, application: str, bit_rate: int
) -> None:
    encoder = av.AudioCodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = RATE, "mono", "s16", bit_rate
    encoder.time_base = Fraction(1, RATE)
    encoder.options = {"application": application, "frame_duration": milliseconds}
    encoder.open()
    size = encoder.frame_size
    decode: Callable[[JitterFrame], list[Any]] = OpusDecoder().decode
    for at in range(0, 10 * size, size):
        frame = av.AudioFrame.from_ndarray(hiss(size / RATE)[:size].reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
        for packet in encoder.encode(frame):
            frames = OpusFrames.of(bytes(packet))
            for data, duration in ((bytes(packet), frames.duration), (frames.lost, frames.samples)):
                assert sum(made.samples for made in decode(JitterFrame(data, at))) == duration


@given(st.binary(max_size=8))
def test_bytes_of_a_stranger_are_read_or_refused(packet: bytes) -> None:
    try:
        frames = OpusFrames.of(packet)
    except ValueError:
        assert not packet or (len(packet) == 1 and packet[0] & 3 == 3)
        assert Concealment().before(packet, 1, 0, 0.0) == []
    else:
        assert frames.samples in {120, 240, 480, 960, 1920, 2880}
        assert OpusFrames.of(frames.lost) == OpusFrames(frames.lost[0], frames.samples, 1)
