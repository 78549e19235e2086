"""Which sample a sender report is about and when that one is heard; on a stream that the test moves."""

import time
from types import SimpleNamespace
from typing import Any

import pytest
from aiortc.rtp import RtcpSenderInfo, RtcpSrPacket

from engine.room.playout import MEDIA_RATE
from engine.room.sender_reports import NTP_SECOND, SenderReports

PICTURE_CLOCK = 90_000
ORIGIN = 4_294_960_000
"""Of the RTP timestamps: so near their end that they begin anew."""
FROM_1900_TO_1970 = 2_208_988_800
DUE_AGO = 1000.0
"""Seconds before now at which sample 0 was due: far from the present, so that a report left alone cannot be taken for a mended one."""


class Stream:
    """What aiortc's sender does, a step at a time: fetch a frame, send its packets, report."""

    def __init__(self, clock_rate: int) -> None:
        self.sent: list[Any] = []
        self._fetched: list[int] = []
        self._stamp = 0
        zero = time.monotonic() - DUE_AGO
        SenderReports(self, clock_rate, MEDIA_RATE, lambda position: zero + position / MEDIA_RATE)  # type: ignore[arg-type]

    async def _next_encoded_frame(self, codec: object) -> Any:
        return SimpleNamespace(timestamp=self._fetched.pop()) if self._fetched else None

    async def _send_rtcp(self, packets: list[Any]) -> None:
        self.sent += packets

    async def fetch(self, media_time: int | None) -> None:
        """Ask for the next frame; None: there is none now."""
        self._fetched = [] if media_time is None else [media_time]
        await self._next_encoded_frame("opus")

    def send(self, media_time: int) -> None:
        """Send a packet of the frame of this media time."""
        self._stamp = (ORIGIN + media_time) % (1 << 32)

    async def report(self) -> float:
        """Return the reported time in seconds since sample 0 was due."""
        await self._send_rtcp([RtcpSrPacket(ssrc=1, sender_info=RtcpSenderInfo(0, self._stamp, 0, 0))])
        reported = float(self.sent[-1].sender_info.ntp_timestamp) / NTP_SECOND - FROM_1900_TO_1970
        return reported - time.time() + DUE_AGO


@pytest.mark.parametrize("clock_rate", [MEDIA_RATE, PICTURE_CLOCK])
async def test_a_report_tells_when_its_sample_is_heard(clock_rate: int) -> None:
    stream = Stream(clock_rate)
    for frame in range(5):
        media_time = frame * clock_rate // 25
        await stream.fetch(media_time)
        stream.send(media_time)
        if frame:
            # A frame is being sent: the stamp is its own or, before its first packet, that of the one before.
            assert await stream.report() == pytest.approx(frame / 25, abs=0.02)
        await stream.fetch(None)
        assert await stream.report() == pytest.approx(frame / 25, abs=0.02)


async def test_amid_the_packets_of_the_first_frames_a_report_is_left_alone() -> None:
    stream = Stream(PICTURE_CLOCK)
    assert await stream.report() < 0
    await stream.fetch(0)
    assert await stream.report() < 0
    stream.send(0)
    assert await stream.report() < 0
    await stream.fetch(3_600)
    # The second frame is handed over, and the first is the last of which a packet has left.
    assert await stream.report() < 0
    stream.send(3_600)
    await stream.fetch(None)
    assert await stream.report() == pytest.approx(0.04, abs=0.02)
    await stream.fetch(7_200)
    assert await stream.report() == pytest.approx(0.04, abs=0.02)
