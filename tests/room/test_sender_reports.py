"""What a receiver is told about the time of sound and picture."""

import statistics
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiortc.rtp import RtcpSrPacket

from tests.conversation.test_call import call_of, person_in, voice_like
from tests.fakes.layers import fake_layers
from tests.real_time import best_of, in_time, until

NTP_SECOND = 1 << 32
FROM_1900_TO_1970 = 2_208_988_800
SOUND_CLOCK = 48_000
PICTURE_CLOCK = 90_000
IN_A_ROW = 6
"""Reports; one comes every second or so."""
SETTLED_WITHIN = 30.0
"""Seconds; the first report or two may be on aiortc's own time."""


@dataclass(slots=True)
class Reports:
    """What the reports of one stream said: when its samples are heard, and which samples these are."""

    rate: int
    """Hz of its timestamps."""
    ntp_times: list[float] = field(default_factory=list)
    rtp_times: list[int] = field(default_factory=list)
    ahead: list[float] = field(default_factory=list)
    """Seconds by which the reported time lies after the arrival of the report."""

    def strays(self) -> list[float]:
        """Return how far each of the last reports lies from the line on which capture time and media time run alike."""
        times = zip(self.ntp_times, self.rtp_times, strict=True)
        origins = [ntp - rtp / self.rate for ntp, rtp in times][-IN_A_ROW:]
        return [abs(origin - statistics.median(origins)) for origin in origins]

    def on_a_line(self) -> bool:
        """Whether all of the last reports lie there."""
        strays = self.strays()
        return len(strays) == IN_A_ROW and max(strays) < 0.0005


async def test_sound_and_picture_are_reported_on_one_clock() -> None:
    async def measure() -> None:
        layers = fake_layers(hears=["Hello."], answers=["Hello to you, too."])
        sound, picture = Reports(SOUND_CLOCK), Reports(PICTURE_CLOCK)
        async with call_of(layers) as call, person_in(call) as person:
            for receiver in person.connection._peer.getReceivers():
                _note_reports(receiver, sound if receiver.track.kind == "audio" else picture)
            await person.speak(voice_like(0.6))
            # aiortc's own stamps stray by milliseconds: no row of them lies on a line.
            with suppress(TimeoutError):
                await until(lambda: sound.on_a_line() and picture.on_a_line(), SETTLED_WITHIN)
        for reports in (sound, picture):
            in_time(reports.on_a_line(), f"they stray by {reports.strays()}")
            ahead = statistics.median(reports.ahead)
            in_time(abs(ahead) < 1, f"{ahead:.2f} s off the time of day")

    await best_of(measure)


def _note_reports(receiver: Any, notes: Reports) -> None:
    handle = receiver._handle_rtcp_packet

    async def note(packet: Any) -> None:
        if isinstance(packet, RtcpSrPacket):
            heard_at = packet.sender_info.ntp_timestamp / NTP_SECOND - FROM_1900_TO_1970
            notes.ntp_times.append(heard_at)
            notes.rtp_times.append(packet.sender_info.rtp_timestamp)
            notes.ahead.append(heard_at - time.time())
        await handle(packet)

    receiver._handle_rtcp_packet = note
