"""Sound over a bad network, with real connections."""

import asyncio

import av
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from engine.bench.relay import Relay, Weather
from engine.room.client.publishing import Microphone, MicrophoneTrack
from engine.room.loopback import bind_to_loopback
from engine.room.sound_arrivals import SoundArrivals
from tests.real_time import SOON

TICKS = 150


async def received(weather: Weather) -> tuple[list[av.AudioFrame], Relay, tuple[int, int]]:
    """Send sound through a relay until so many frames have come out of the decoder; return how many packets were lost until then,
    and how many milliseconds concealed, as well."""
    speaker, listener = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    relay = await Relay.open(weather, 2)
    tracks: list[MediaStreamTrack] = []
    listener.on("track", tracks.append)
    speaker.addTrack(MicrophoneTrack(Microphone()))
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
        counted = (arrivals[0].lost, arrivals[0].concealed_milliseconds)
    finally:
        arrivals[0].close()
        await asyncio.gather(speaker.close(), listener.close())
        relay.close()
    return frames, relay, counted


async def test_on_a_good_network_nothing_is_missing() -> None:
    frames, _, counted = await received(Weather())
    assert [frame.pts for frame in frames] == [960 * number for number in range(TICKS)]
    assert counted == (0, 0)


@pytest.mark.parametrize("weather", [Weather(loss=0.05), Weather(loss=0.05, jitter=0.1)])
async def test_on_a_bad_one_all_comes_in_order_and_what_was_lost_is_concealed(weather: Weather) -> None:
    frames, relay, (lost, concealed_milliseconds) = await received(weather)
    assert [frame.pts for frame in frames] == [960 * number for number in range(TICKS)]
    assert concealed_milliseconds == 20 * lost
    # aiortc's own buffer would lose three times as many at this loss, and more with jitter.
    assert 0 < lost <= relay.to_person.lost + relay.to_room.lost + TICKS * 0.05
