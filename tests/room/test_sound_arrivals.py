"""Sound over a bad network, with real connections."""

import asyncio

import av
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from engine.bench.relay import Relay, Weather
from engine.bench.room_client import FileMicrophone
from engine.room.loopback import bind_to_loopback
from engine.room.sound_arrivals import SoundArrivals
from tests.real_time import SOON

TICKS = 150


async def received(weather: Weather) -> tuple[list[av.AudioFrame], Relay, SoundArrivals]:
    """Send sound through a relay until so many frames have come out of the decoder."""
    speaker, listener = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    relay = await Relay.open(weather, 2)
    tracks: list[MediaStreamTrack] = []
    listener.on("track", tracks.append)
    speaker.addTrack(FileMicrophone())
    offer = await speaker.createOffer()
    bind_to_loopback(speaker)
    await speaker.setLocalDescription(offer)
    arrivals: list[SoundArrivals] = []

    async def signal(sdp: str) -> str:
        await listener.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        bind_to_loopback(listener)
        arrivals.append(SoundArrivals(listener.getTransceivers()[0].receiver))
        await listener.setLocalDescription(await listener.createAnswer())
        return str(listener.localDescription.sdp)

    answer = await relay.through(signal)(speaker.localDescription.sdp)
    await speaker.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    try:
        async with asyncio.timeout(SOON):
            frames = [frame for _ in range(TICKS) if isinstance(frame := await tracks[0].recv(), av.AudioFrame)]
    finally:
        arrivals[0].close()
        await asyncio.gather(speaker.close(), listener.close())
        relay.close()
    return frames, relay, arrivals[0]


async def test_on_a_good_network_nothing_is_missing() -> None:
    frames, _, arrivals = await received(Weather())
    assert [frame.pts for frame in frames] == [960 * number for number in range(TICKS)]
    assert arrivals.lost == 0


@pytest.mark.parametrize("weather", [Weather(loss=0.05), Weather(loss=0.05, jitter=0.1)])
async def test_on_a_bad_one_all_comes_in_order_but_what_was_lost(weather: Weather) -> None:
    frames, relay, arrivals = await received(weather)
    stamps = [frame.pts for frame in frames if frame.pts is not None]
    assert stamps == sorted(set(stamps))
    missing = (stamps[-1] - stamps[0]) // 960 + 1 - len(stamps)
    assert 0 < missing <= arrivals.lost
    # aiortc's own buffer would lose three times as many at this loss, and more with jitter.
    assert missing <= relay.to_person.lost + relay.to_room.lost + TICKS * 0.05
