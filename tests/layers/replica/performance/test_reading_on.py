"""Sound that a face hears piece by piece."""

from pathlib import Path

import numpy as np
import pytest

import models
from engine.layers.audio import MEDIA_RATE, Samples
from engine.layers.replica.performance.hearing import MouthReader
from engine.layers.replica.performance.performance import Performance
from engine.layers.replica.protocol import ReplicaState
from engine.layers.resampling import resample
from engine.layers.tts.basic_voice import BasicVoice
from models.blendshapes import SHAPE_INDEX

FRAME = MEDIA_RATE // 25
JAW = SHAPE_INDEX["jawOpen"]


@pytest.fixture(scope="module")
def reader() -> MouthReader:
    return MouthReader(Path(models.__file__).parent / "visemes" / "visemes.onnx")


@pytest.fixture(scope="module")
def speech() -> Samples:
    clause = BasicVoice().speak("When it rains we stay at home, and when the sun shines we walk along the river.")
    return resample(clause.samples, clause.sample_rate, MEDIA_RATE)


def jaw(performance: Performance, frames: int, start: int = 0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    shown = [performance.at(start + number * FRAME, ReplicaState.SPEAKING) for number in range(frames)]
    return np.array([face.weights[JAW] for face in shown])


@pytest.mark.parametrize("piece", [4_800, 9_600, 48_000])
def test_pieces_read_on_show_the_mouth_of_the_whole(reader: MouthReader, speech: Samples, piece: int) -> None:
    whole, pieces = Performance(1, reader=reader), Performance(1, reader=reader)
    whole.hear_sound(0, speech)
    for start in range(0, speech.size, piece):
        pieces.hear_sound(start, speech[start : start + piece // 480 * 480], more=True)
    pieces.hear_sound(speech.size, np.zeros(0, dtype=np.float32))
    frames = speech.size // FRAME
    expected, shown = jaw(whole, frames), jaw(pieces, frames)
    assert expected.max() > 0.2
    assert np.corrcoef(expected, shown)[0, 1] > 0.99


def test_a_gap_ends_what_was_before_it(reader: MouthReader, speech: Samples) -> None:
    performance = Performance(1, reader=reader)
    performance.hear_sound(0, speech[:MEDIA_RATE], more=True)
    performance.hear_sound(3 * MEDIA_RATE, speech[:MEDIA_RATE])
    shown = jaw(performance, 100)
    assert shown[:25].max() > 0.2
    assert shown[35:70].max() < 0.1
    assert shown[75:100].max() > 0.2


def test_silence_forgets_what_was_to_be_read_on(reader: MouthReader, speech: Samples) -> None:
    performance = Performance(1, reader=reader)
    performance.hear_sound(0, speech[:MEDIA_RATE], more=True)
    performance.silence_from(0)
    performance.hear_sound(MEDIA_RATE, np.zeros(0, dtype=np.float32))
    assert jaw(performance, 50)[5:].max() < 0.1
