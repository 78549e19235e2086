"""What a receiver is told about the time of sound and picture."""

import asyncio
import statistics
import time
from typing import Any

from aiortc.rtp import RtcpSrPacket

from tests.conversation.test_call import call_of, person_in, voice_like
from tests.fakes.layers import fake_layers

NTP_SECOND = 1 << 32


async def test_sound_and_picture_are_reported_on_one_clock() -> None:
    layers = fake_layers(hears=["Hello."], answers=["Hello to you, too."])
    reports: dict[str, list[tuple[float, float]]] = {"audio": [], "video": []}
    async with call_of(layers) as call, person_in(call) as person:
        for receiver in person._connection.getReceivers():
            _note_reports(receiver, reports[receiver.track.kind])
        await person.speak(voice_like(0.6))
        await asyncio.sleep(5)
    sound, picture = reports["audio"], reports["video"]
    assert len(sound) >= 3
    assert len(picture) >= 3
    # Within one stream, reports lie on a line: capture time and media time run alike.
    for kind, rate in (("audio", 48_000), ("video", 90_000)):
        # The first report or two may still be on aiortc's own time.
        (first_ntp, first_rtp), *rest = reports[kind][2:]
        strays = [abs((ntp_time - first_ntp) - (rtp - first_rtp) / rate) for ntp_time, rtp in rest]
        # A thread may lose the processor between two readings of the clock; aiortc's own stamps all stray by 10 ms and more.
        assert statistics.median(strays) < 0.005


def _note_reports(receiver: Any, notes: list[tuple[float, float]]) -> None:
    handle = receiver._handle_rtcp_packet

    async def note(packet: Any) -> None:
        if isinstance(packet, RtcpSrPacket):
            info = packet.sender_info
            notes.append((info.ntp_timestamp / NTP_SECOND, info.rtp_timestamp))
            assert abs(info.ntp_timestamp / NTP_SECOND - 2_208_988_800 - time.time()) < 1
        await handle(packet)

    receiver._handle_rtcp_packet = note
