"""What a participant's sound becomes."""

from fractions import Fraction

import av
import numpy as np
import pytest

from engine.room.microphone import MicrophoneStream


def frame(pts: int, level: float = 0.5, samples: int = 960) -> av.AudioFrame:
    pcm = np.full((1, samples * 2), int(level * 32767), dtype=np.int16)
    made = av.AudioFrame.from_ndarray(pcm, format="s16", layout="stereo")
    made.sample_rate, made.pts, made.time_base = 48_000, pts, Fraction(1, 48_000)
    return made


def heard(stream: MicrophoneStream, pts: list[int]) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.concatenate([part for at in pts for part in stream.feed(frame(at))])


def test_48_khz_stereo_becomes_16_khz_mono() -> None:
    sound = heard(MicrophoneStream(), [960 * i for i in range(50)])
    assert sound.dtype == np.float32
    assert sound.size == pytest.approx(16_000, abs=200)
    assert sound[1000:].mean() == pytest.approx(0.5, abs=0.01)


def test_packets_that_nothing_was_decoded_for_become_silence_and_are_counted() -> None:
    stream = MicrophoneStream()
    sound = heard(stream, [0, 960, 960 * 5, 960 * 6])
    assert stream.lost_milliseconds == 60
    assert sound.size == pytest.approx(7 * 320, abs=100)


def test_a_device_change_is_no_loss() -> None:
    stream = MicrophoneStream()
    heard(stream, [0, 960, 48_000 * 60])
    assert stream.lost_milliseconds == 0


def test_an_early_packet_is_taken_as_it_comes() -> None:
    stream = MicrophoneStream()
    assert heard(stream, [9600, 0, 960]).size > 0
    assert stream.lost_milliseconds == 0


def test_a_hole_is_filled_once() -> None:
    stream = MicrophoneStream()
    assert list(stream.missing(0.5)) == []
    heard(stream, [0, 960])
    silence = np.concatenate(list(stream.missing(0.5)))
    assert silence.size == 8_000
    assert not silence.any()
    sound = heard(stream, [960 * 2 + 24_000])
    assert sound.size == pytest.approx(320, abs=40)
    assert stream.lost_milliseconds == 0
