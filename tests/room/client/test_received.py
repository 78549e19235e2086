"""When sound and pictures are to be presented."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiortc.rtp import RtcpSenderInfo, RtcpSrPacket

from engine.room.client.received import PresentationClock, ReportReader

NTP_EPOCH = 2_208_988_800
NOW = 1_700_000_000.0


def ntp(seconds: float) -> int:
    return int((seconds + NTP_EPOCH) * (1 << 32))


def test_before_a_report_time_runs_evenly_from_the_first_arrival() -> None:
    clock = PresentationClock(48_000)
    assert clock.time(0, NOW) == pytest.approx(NOW)
    assert clock.time(48_000, NOW + 1.3) == pytest.approx(NOW + 1)


def test_a_report_says_what_belongs_together_whenever_it_arrives() -> None:
    sound, picture = PresentationClock(48_000), PresentationClock(90_000)
    sound.report(ntp(NOW + 5), 96_000)
    picture.report(ntp(NOW + 5), 45_000)
    assert sound.time(96_000, NOW + 99) == pytest.approx(NOW + 5)
    assert sound.time(48_000, NOW + 99) == pytest.approx(NOW + 4)
    assert picture.time(135_000, NOW) == pytest.approx(NOW + 6)


@pytest.mark.parametrize("ahead", [-4_800, 0, 4_800])
@pytest.mark.parametrize(("first", "received"), [(1_000, 481_000), ((1 << 32) - 500, 479_500)])
async def test_a_report_is_about_a_moment_near_the_last_frame_also_where_timestamps_wrap(
    first: int, received: int, ahead: int
) -> None:
    clock, passed_on = PresentationClock(48_000), []

    async def handle(packet: Any) -> None:
        passed_on.append(packet)

    # What aiortc maps timestamps with: after a wrap its origin lies below zero.
    origin = first if first < received else first - (1 << 32)
    mapper = SimpleNamespace(_origin=origin, _last=received)
    receiver: Any = SimpleNamespace(_handle_rtcp_packet=handle, _RTCRtpReceiver__timestamp_mapper=mapper)
    ReportReader(receiver, clock)
    info = RtcpSenderInfo(ntp(NOW + ahead / 48_000), (received + ahead) % (1 << 32), 0, 0)
    packet = RtcpSrPacket(ssrc=1, sender_info=info)
    await receiver._handle_rtcp_packet(packet)
    assert passed_on == [packet]
    assert clock.time(480_000, 0.0) == pytest.approx(NOW)
