"""A connection goes on as long as the other side answers, and ends when it does not."""

import asyncio

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from engine.bench.relay import Relay, Weather
from engine.room import consent
from engine.room.client.publishing import Microphone, MicrophoneTrack
from engine.room.loopback import bind_to_loopback
from tests.real_time import until


async def test_what_is_answered_goes_on_and_what_is_not_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent, "INTERVAL", 0.1)
    monkeypatch.setattr(consent, "EXPIRES", 0.6)
    asking, answering = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    relay = await Relay.open(Weather(), 1)
    asking.addTrack(MicrophoneTrack(Microphone()))
    offer = await asking.createOffer()
    bind_to_loopback(asking)
    await asking.setLocalDescription(offer)
    consent.ask_patiently(asking)

    async def signal(sdp: str) -> str:
        await answering.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        bind_to_loopback(answering)
        await answering.setLocalDescription(await answering.createAnswer())
        return str(answering.localDescription.sdp)

    answer = await relay.through(signal)(asking.localDescription.sdp)
    await asking.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await until(lambda: asking.connectionState == "connected")
    await asyncio.sleep(1.5)
    assert asking.connectionState == "connected"
    relay.cut()
    await until(lambda: asking.connectionState == "closed")
    await asyncio.gather(asking.close(), answering.close())
    relay.close()
