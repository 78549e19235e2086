"""Mouth against voice, from what a receiver has."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.bench.lip_sync import LipSync, mouth_opening, mouths_of, opening_heard, shipped_reader
from engine.bench.replica_speech import spoken
from engine.bench.witnessed import Heard, Seen
from engine.layers.audio import MEDIA_RATE
from engine.layers.replica.performance.hearing import MouthReader
from engine.layers.tts.basic_voice import BasicVoice

BOX = (8, 8, 40, 32)
CHUNK = 960


@pytest.fixture(scope="module")
def reader() -> MouthReader:
    return shipped_reader()


@pytest.fixture(scope="module")
def voice() -> NDArray[np.float32]:
    return spoken(BasicVoice(), 6.0, start=0.5).samples


def sound_of(samples: NDArray[np.float32], begins: float) -> list[Heard]:
    chunks = samples[: samples.size // CHUNK * CHUNK].reshape(-1, CHUNK)
    return [Heard(begins + (number + 1) * 0.02, chunk) for number, chunk in enumerate(chunks)]


def pictures_of(openings: Sequence[float] | NDArray[np.float64], begins: float) -> list[Seen]:
    """A grey face whose mouth is as dark as it is open, and gets brighter on the whole."""
    pictures = []
    for number, opening in enumerate(openings):
        luma = np.full((16, 16), 120 + number // 8, np.uint8)
        luma[4:6, 4:8] = 120 - round(100 * min(1.0, float(opening)))
        pictures.append(Seen(begins + number / 25, luma))
    return pictures


@pytest.mark.parametrize("late", [-0.12, 0.0, 0.06])
def test_the_offset_of_pictures_that_show_what_is_heard_is_found(
    reader: MouthReader, voice: NDArray[np.float32], late: float
) -> None:
    opening = opening_heard(reader, voice)
    at_frames = np.interp(np.arange(voice.size / MEDIA_RATE * 25) / 25, np.arange(len(opening)) * 0.02, opening)
    found = LipSync(BOX, reader).offset(sound_of(voice, 100.0), pictures_of(at_frames, 100.0 + late))
    assert found == pytest.approx(late * 1000, abs=10.0)


def test_nothing_is_told_without_speech_without_a_mouth_that_moves_or_where_they_have_nothing_in_common(
    reader: MouthReader, voice: NDArray[np.float32]
) -> None:
    lip_sync = LipSync(BOX, reader)
    sound = sound_of(voice, 0.0)
    frames = int(voice.size / MEDIA_RATE * 25)
    moving = pictures_of(np.random.default_rng(3).random(frames), 0.0)
    assert lip_sync.offset(sound_of(np.zeros_like(voice), 0.0), moving) is None
    assert lip_sync.offset(sound, pictures_of(np.zeros(frames), 0.0)) is None
    assert lip_sync.offset(sound, moving) is None
    assert lip_sync.offset(sound[:10], moving) is None
    assert lip_sync.offset(sound, moving[:5]) is None


def test_an_open_mouth_is_one_with_dark_in_it_however_bright_the_picture_is() -> None:
    shut, opened = pictures_of([0.0, 1.0], 0.0)
    brighter = Seen(1.0, opened.luma + 20)
    opening = mouth_opening(mouths_of([shut, opened, brighter], BOX))
    assert opening[0] == 0.0
    assert opening[1] == pytest.approx(opening[2])
    assert opening[1] > 10.0


def test_a_mouth_is_read_every_20_ms_of_sound(reader: MouthReader) -> None:
    assert len(opening_heard(reader, np.zeros(MEDIA_RATE + 1, np.float32))) == 51
