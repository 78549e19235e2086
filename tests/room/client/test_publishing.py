"""A microphone and a camera that a program feeds; time is counted in takes, not in seconds."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import InvalidInputError
from engine.room.client import publishing
from engine.room.client.errors import NotConnectedError
from engine.room.client.pcm import read_sound
from engine.room.client.publishing import LONGEST_WAIT, Camera, Microphone
from engine.room.playout import MEDIA_RATE, TICK
from tests.room.client.sounds import tone, write_wav


def taken(microphone: Microphone, ticks: int) -> NDArray[np.int16]:
    return np.concatenate([microphone.take() for _ in range(ticks)])


async def test_what_is_pushed_comes_out_as_it_is_and_then_silence() -> None:
    microphone = Microphone()
    pcm = np.arange(1, 2 * TICK, dtype=np.int16)
    speech = microphone.push(pcm, MEDIA_RATE)
    assert not speech.begun.done()
    out = taken(microphone, 3)
    assert np.array_equal(out[: pcm.size], pcm)
    assert not out[pcm.size :].any()
    assert speech.begun.result() <= speech.ended.result()


async def test_sound_of_another_rate_keeps_its_length_however_it_is_cut() -> None:
    whole, pieces = Microphone(), Microphone()
    pcm = tone(0.5, 16_000)
    whole.push(pcm, 16_000)
    cuts = np.array_split(pcm, 23)
    for number, piece in enumerate(cuts):
        pieces.push(piece, 16_000, last=number == len(cuts) - 1)
    assert whole.queued == pytest.approx(0.5, abs=0.001)
    assert pieces.queued == pytest.approx(0.5, abs=0.001)
    assert np.abs(taken(whole, 26).astype(int) - taken(pieces, 26)).max() < 400


async def test_two_pieces_follow_each_other_without_a_hole() -> None:
    microphone = Microphone()
    first = microphone.push(np.full(TICK // 2, 1, dtype=np.int16), MEDIA_RATE)
    second = microphone.push(np.full(TICK, 2, dtype=np.int16), MEDIA_RATE)
    out = taken(microphone, 1)
    assert list(out[[0, TICK // 2 - 1, TICK // 2, TICK - 1]]) == [1, 1, 2, 2]
    assert first.ended.done()
    assert second.begun.done()
    assert not second.ended.done()


async def test_what_is_said_into_a_muted_microphone_passes_unheard() -> None:
    microphone = Microphone()
    microphone.on = False
    speech = microphone.push(np.full(TICK, 9, dtype=np.int16), MEDIA_RATE)
    assert not taken(microphone, 1).any()
    assert speech.ended.done()
    microphone.on = True
    assert not taken(microphone, 1).any()


async def test_what_waits_can_be_dropped() -> None:
    microphone = Microphone()
    speech = microphone.push(np.full(9 * TICK, 9, dtype=np.int16), MEDIA_RATE)
    microphone.clear()
    assert speech.ended.done()
    assert microphone.queued == 0
    assert not taken(microphone, 1).any()


async def test_nobody_waits_for_sound_that_is_sent_to_no_one() -> None:
    microphone = Microphone()
    speech = microphone.push(np.full(9 * TICK, 9, dtype=np.int16), MEDIA_RATE)
    microphone.close()
    with pytest.raises(NotConnectedError, match="before this was said"):
        await speech.begun
    with pytest.raises(NotConnectedError, match="over"):
        microphone.push(b"", MEDIA_RATE)


async def test_more_than_can_wait_is_refused() -> None:
    microphone = Microphone()
    with pytest.raises(InvalidInputError, match=f"{LONGEST_WAIT} s"):
        microphone.push(np.zeros(MEDIA_RATE * LONGEST_WAIT + 1, dtype=np.int16), MEDIA_RATE)
    assert microphone.queued == 0


def test_a_wav_is_read_with_its_rate_and_stereo_becomes_mono(tmp_path: Path) -> None:
    pcm = tone(0.3, 22_050)
    write_wav(tmp_path / "mono.wav", pcm, 22_050)
    read, rate = read_sound(tmp_path / "mono.wav")
    assert rate == 22_050
    assert np.array_equal(read, pcm)
    write_wav(tmp_path / "stereo.wav", np.repeat(pcm, 2), 22_050, channels=2)
    read, rate = read_sound(tmp_path / "stereo.wav")
    assert (read.shape, rate) == (pcm.shape, 22_050)


def test_a_file_that_is_no_sound_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no sound at all, only words")
    with pytest.raises(InvalidInputError, match=r"a\.wav.*a sound file such as WAV"):
        read_sound(tmp_path / "a.wav")
    with pytest.raises(FileNotFoundError):
        read_sound(tmp_path / "b.wav")


async def test_a_camera_sends_the_newest_picture_with_rising_times() -> None:
    camera = Camera()
    times = []
    for level in (10, 200):
        camera.show(np.full((64, 64, 3), 99, dtype=np.uint8))
        camera.show(np.full((64, 64, 3), level, dtype=np.uint8))
        frame = await camera.take()
        assert abs(int(frame.to_ndarray(format="rgb24").mean()) - level) < 3
        times.append(frame.pts or 0)
    assert times[0] <= times[1]


async def test_a_picture_that_no_other_one_follows_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "REPEATED_EVERY", 0.01)
    camera = Camera()
    camera.show(np.full((64, 64, 3), 99, dtype=np.uint8))
    times = [(await camera.take()).pts or 0 for _ in range(3)]
    assert times == sorted(times)
    camera.on = False
    waiting = asyncio.create_task(camera.take())
    await asyncio.sleep(0.05)
    assert not waiting.done(), "a muted camera repeats nothing"
    camera.on = True
    await waiting
    camera.clear()
    waiting = asyncio.create_task(camera.take())
    await asyncio.sleep(0.05)
    assert not waiting.done()
    waiting.cancel()


@pytest.mark.parametrize(
    "picture",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((5, 4, 3), np.uint8), np.zeros((4, 4, 3))],
)
def test_what_is_no_picture_is_refused(picture: NDArray[np.uint8]) -> None:
    with pytest.raises(InvalidInputError, match=r"picture: .*uint8"):
        Camera().show(picture)
