"""What receivers report, and what is made of it; on a sender that the test drives."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    pack_remb_fci,
    unpack_remb_fci,
)

from engine.room.people_pictures import Source
from engine.room.reception import REPEAT_AFTER, Reception

OWN, OTHER = 1000, 2000
STAMP = 0x0123_4567_89AB_CDEF
SHORT_STAMP = 0x4567_89AB
"""The middle 32 bits."""


class Sender:
    """What aiortc's sender offers to be listened in on."""

    def __init__(self) -> None:
        self._ssrc = OWN
        self.handled: list[Any] = []
        self.sent: list[Any] = []
        self.repeated: list[int] = []

    async def _handle_rtcp_packet(self, packet: Any) -> None:
        self.handled.append(packet)

    async def _send_rtcp(self, packets: list[Any]) -> None:
        self.sent += packets

    async def _retransmit(self, sequence_number: int) -> None:
        self.repeated.append(sequence_number)

    def _send_keyframe(self) -> None:
        raise AssertionError("the room's own encoder is asked")


def sender_report() -> RtcpSrPacket:
    return RtcpSrPacket(ssrc=OWN, sender_info=RtcpSenderInfo(STAMP, 0, 0, 0))


def receiver_report(ssrc: int, *, lost: int = 0, answers: int = 0, held: float = 0.0) -> RtcpRrPacket:
    report = RtcpReceiverInfo(
        ssrc=ssrc, fraction_lost=lost, packets_lost=0, highest_sequence=0, jitter=0, lsr=answers, dlsr=int(held * 65536)
    )
    return RtcpRrPacket(ssrc=9, reports=[report])


def estimate(bit_rate: int, *ssrcs: int) -> RtcpPsfbPacket:
    return RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=9, media_ssrc=0, fci=pack_remb_fci(bit_rate, list(ssrcs)))


async def test_the_round_trip_is_the_time_since_the_report_without_what_the_other_side_held_it() -> None:
    sender: Any = Sender()
    reception = Reception(sender)
    await sender._send_rtcp([sender_report()])
    await asyncio.sleep(0.1)
    await sender._handle_rtcp_packet(receiver_report(OWN, answers=SHORT_STAMP, held=0.04))
    assert reception.round_trip is not None
    assert 0.05 < reception.round_trip < 5
    assert len(sender.sent) == len(sender.handled) == 1, "aiortc sees all of it as well"


async def test_what_gets_through_of_several_streams_together_is_shared_by_those_that_are_sent() -> None:
    sender: Any = Sender()
    sent = {OWN, OTHER}
    reception = Reception(sender, sharing=lambda ssrcs: len(sent.intersection(ssrcs)))
    assert reception.bit_rate is None
    await sender._handle_rtcp_packet(estimate(900_000, OWN, OTHER, 3000))
    assert reception.bit_rate == 450_000
    sent.remove(OTHER)
    assert reception.bit_rate == 900_000
    await sender._handle_rtcp_packet(estimate(100_000, OTHER))
    assert reception.bit_rate == 900_000, "an estimate for others says nothing of this one"


@pytest.mark.parametrize("answers", [0, 77])
async def test_an_answer_to_no_report_of_ours_says_nothing_of_the_time(answers: int) -> None:
    sender: Any = Sender()
    reception = Reception(sender)
    await sender._send_rtcp([sender_report()])
    await sender._handle_rtcp_packet(receiver_report(OWN, lost=64, answers=answers))
    assert (reception.round_trip, reception.loss) == (None, 0.25)


async def test_reports_of_another_stream_are_not_ours() -> None:
    sender: Any = Sender()
    reception = Reception(sender)
    await sender._handle_rtcp_packet(receiver_report(OTHER, lost=128))
    await sender._handle_rtcp_packet(estimate(300_000, OTHER))
    assert (reception.loss, reception.bit_rate) == (0.0, None)


async def test_what_gets_through_is_known_and_key_frames_are_asked_of_the_room() -> None:
    sender: Any = Sender()
    asked: list[str] = []
    reception = Reception(sender, lambda: asked.append("key frame"))
    await sender._handle_rtcp_packet(estimate(300_000, OTHER, OWN))
    assert reception.bit_rate == pytest.approx(300_000, rel=0.01)
    sender._send_keyframe()
    assert asked == ["key frame"]


@pytest.mark.parametrize("fci", [b"", b"REMB", b"nonsense", b"REMB\xff\xff\xff\xff"])
async def test_a_damaged_estimate_harms_nothing(fci: bytes) -> None:
    sender: Any = Sender()
    reception = Reception(sender)
    await sender._handle_rtcp_packet(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=9, media_ssrc=0, fci=fci))
    assert reception.bit_rate is None


async def test_a_packet_that_was_sent_again_a_moment_ago_is_not_sent_again_for_whoever_asks_twice() -> None:
    sender: Any = Sender()
    Reception(sender)
    for sequence_number in (7, 8, 7, 8, 9):
        await sender._retransmit(sequence_number)
    assert sender.repeated == [7, 8, 9]
    await asyncio.sleep(REPEAT_AFTER * 1.5)
    await sender._retransmit(8)
    assert sender.repeated == [7, 8, 9, 8], "it may have been lost once more"


async def test_a_camera_is_asked_for_no_more_than_its_weakest_viewer_gets_through() -> None:
    told: list[Any] = []

    async def send_rtcp(packet: Any) -> None:
        told.append(packet)

    receiver: Any = SimpleNamespace(_send_rtcp=send_rtcp, _RTCRtpReceiver__decoder_queue=None)
    source = Source("s1", "camera", receiver, lambda: None)
    for viewers, expected in (
        ([], 900_000),
        ([None], 900_000),
        ([None, 2_000_000], 900_000),
        ([800_000, 300_000], 300_000),
    ):
        source.slots = [SimpleNamespace(bit_rate=rate) for rate in viewers]  # type: ignore[misc]
        await receiver._send_rtcp(estimate(900_000, OTHER))
        assert unpack_remb_fci(told[-1].fci)[0] == pytest.approx(expected, rel=0.01)
    await receiver._send_rtcp(receiver_report(OTHER))
    assert isinstance(told[-1], RtcpRrPacket)
