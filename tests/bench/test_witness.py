"""The person that the bench and the tests send into a room."""

import asyncio
import time

import numpy as np
import pytest

from engine.bench.relay import Relay, Signal, Weather
from engine.bench.witness import KeepingMicrophone, Witness
from engine.bench.witnessed import Heard, Told, Witnessed
from engine.errors import SignallingError
from engine.room.client.received import ReceivedPicture
from engine.room.playout import MEDIA_RATE, TICK
from engine.room.room import Room
from tests.conversation.test_call import voice_like
from tests.real_time import SOON, until
from tests.room.test_room import Host, person_in, room_of

SECOND = np.full(MEDIA_RATE, 0.1, dtype=np.float32)


def into(room: Room) -> Signal:
    """Return the way of an offer into a room."""

    async def send(sdp: str) -> str:
        return (await room.join(sdp, "tester")).sdp

    return send


@pytest.mark.parametrize("ticks", [0, 3])
async def test_nobody_waits_for_speech_on_a_connection_that_is_over(ticks: int) -> None:
    microphone = KeepingMicrophone()
    speaking = asyncio.create_task(microphone.speak(SECOND))
    await asyncio.sleep(0)
    for _ in range(ticks):
        microphone.take()
    microphone.close()
    with pytest.raises(ConnectionError, match="the connection is over"):
        await asyncio.wait_for(speaking, SOON)
    with pytest.raises(ConnectionError):
        await microphone.speak(SECOND)


async def test_speech_ends_with_its_last_sample() -> None:
    microphone = KeepingMicrophone()
    speaking = asyncio.create_task(microphone.speak(SECOND[: 5 * TICK]))
    await asyncio.sleep(0)
    before = time.monotonic()
    taken = [microphone.take() for _ in range(5)]
    assert before <= await asyncio.wait_for(speaking, SOON) <= time.monotonic()
    assert all(pcm.any() for pcm in taken)
    assert not microphone.take().any()


async def test_who_gives_up_speaking_is_silent() -> None:
    microphone = KeepingMicrophone()
    speaking = asyncio.create_task(microphone.speak(SECOND))
    await asyncio.sleep(0)
    assert microphone.take().any()
    speaking.cancel()
    await asyncio.wait({speaking})
    assert not microphone.take().any()


@pytest.mark.parametrize("keep", [True, False])
async def test_what_was_sent_is_kept_with_its_silence_if_anybody_asks_for_it(keep: bool) -> None:
    microphone = KeepingMicrophone(keep=keep)
    assert microphone.sent() is None
    before = time.monotonic()
    microphone.push(SECOND[:TICK], MEDIA_RATE)
    for _ in range(3):
        microphone.take()
    sent = microphone.sent()
    assert (sent is not None) is keep
    if sent is not None:
        begun, samples = sent
        assert before <= begun <= time.monotonic()
        assert samples.size == 3 * TICK
        assert np.abs(samples[:TICK] - 0.1).max() < 1e-4
        assert not samples[TICK:].any()


def test_what_is_forgotten_is_what_came_before() -> None:
    silence = np.zeros(TICK, np.float32)
    received = Witnessed(
        [Heard(time, silence) for time in (1.0, 2.0)], [], [Told(0.5, {"event_type": "a"}), Told(2.5, {})], [1.0, 2.0]
    )
    received.forget(2.0)
    assert [chunk.time for chunk in received.sound] == [2.0]
    assert [told.event_type for told in received.messages] == [""]
    assert received.picture_times == [1.0, 2.0]


async def test_pictures_are_kept_small_and_handed_on_whole() -> None:
    whole: list[ReceivedPicture] = []
    async with room_of(Host()) as room:
        person = Witness(on_picture=whole.append)
        await person.join(into(room))
        await until(lambda: len(person.received.pictures) > 5)
        seen, picture = person.received.pictures[0], whole[0]
        assert seen.time == picture.arrived
        assert seen.luma.shape == (picture.frame.height // 4, picture.frame.width // 4)
        assert seen.luma.mean() == pytest.approx(
            picture.frame.to_ndarray(format="yuv420p")[: picture.frame.height].mean(), abs=2
        )
        assert len(person.received.picture_times) >= len(whole)
        assert person.received.picture_times[0] <= seen.time
        await person.close()


async def test_who_does_not_decode_counts_the_frames_all_the_same() -> None:
    async with room_of(Host()) as room:
        person = Witness(decodes=False)
        await person.join(into(room))
        assert person.connected
        await until(lambda: len(person.received.picture_times) > 10)
        assert person.received.pictures == []
        assert person.received.picture_times == sorted(person.received.picture_times)
        room.playout.append(voice_like(0.2))
        await until(lambda: person.first_sound(0.0) is not None)
        await person.close()
        assert not person.connected


async def test_the_offer_has_a_section_for_sound_one_for_pictures_and_the_messages() -> None:
    offers: list[str] = []

    async def refuse(sdp: str) -> str:
        offers.append(sdp)
        raise SignallingError("nobody comes in")

    person = Witness()
    with pytest.raises(SignallingError, match="nobody comes in"):
        await person.join(refuse)
    sections = [section.splitlines() for section in offers[0].split("\r\nm=")[1:]]
    assert [lines[0].split()[0] for lines in sections] == ["audio", "video", "application"]
    assert "a=sendrecv" in sections[0]
    assert "a=recvonly" in sections[1]
    assert not person.connected
    with pytest.raises(ConnectionError):
        await person.speak(SECOND)


async def test_who_cannot_come_in_is_told_so() -> None:
    relay = await Relay.open(Weather())
    async with room_of(Host()) as room:
        relay.cut()
        person = Witness()
        with pytest.raises(ConnectionError, match="did not come up"):
            await person.join(relay.through(into(room)), within=0.5)
        relay.close()


async def test_sound_that_never_came_is_counted() -> None:
    relay = await Relay.open(Weather(), 3)
    async with room_of(Host()) as room, person_in(room) as well_off:
        person = Witness(decodes=False)
        assert person.missing_sound == 0.0
        await person.join(relay.through(into(room)))
        relay.weather = Weather(loss=0.2)
        await until(lambda: person.missing_sound > 0.1)
        assert well_off.missing_sound == 0.0
        await person.close()
    relay.close()
