"""What the other side reports about one stream that is sent to it (RTCP: RFC 3550, RFC 4585, REMB).

aiortc keeps the round trip to itself and compares reports with the time stamps it made, not with the ones that were sent
(`sender_reports`); key frames and bit rates it asks of an encoder of its own, while the room has one for everybody.
"""

import struct
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection
from typing import Any

from aiortc import RTCRtpSender
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, RtcpRrPacket, RtcpSrPacket, unpack_remb_fci

REPORTS_KEPT = 8
"""Sender reports that an answer may be about: more than five seconds of them."""
_SHORT = 65536
"""Of the middle 32 bits of an NTP time, one second (RFC 3550, section 4)."""
REPEAT_AFTER = 0.05
"""Seconds after which a packet is sent once more at the earliest, until the round trip is known and says how long that takes."""
_REPEATS_KEPT = 256


class Reception:
    """Listens in on the RTCP of a sender; to be made before `SenderReports`, so that it sees what really leaves."""

    def __init__(
        self,
        sender: RTCRtpSender,
        on_lost: Callable[[], None] | None = None,
        sharing: Callable[[Collection[int]], int] = lambda ssrcs: 1,
    ) -> None:
        """`on_lost`: the other side asks for a key frame; `sharing`: how many streams of these SSRCs are really sent: a browser
        names all that come over one connection, and what gets through of all together."""
        self.loss = 0.0
        """Share of packets (0..1) that the other side missed within its last interval."""
        self.round_trip: float | None = None
        """Seconds; None until a report was answered."""
        self._estimate: tuple[int, Collection[int]] | None = None
        """Bits per second that get through, and of which SSRCs together."""
        self._sharing = sharing
        self._ssrc = sender._ssrc
        self._sent: deque[tuple[int, float]] = deque(maxlen=REPORTS_KEPT)
        self._handle: Any = sender._handle_rtcp_packet
        self._send: Any = sender._send_rtcp
        sender._handle_rtcp_packet = self._handle_and_note  # type: ignore[method-assign]
        sender._send_rtcp = self._note_and_send  # type: ignore[method-assign]
        self._repeated: OrderedDict[int, float] = OrderedDict()
        """When packets were last sent again, by their sequence number."""
        self._repeat: Any = sender._retransmit
        sender._retransmit = self._repeat_seldom  # type: ignore[method-assign]
        if on_lost is not None:
            sender._send_keyframe = on_lost  # type: ignore[method-assign]

    @property
    def bit_rate(self) -> int | None:
        """Bits per second that the other side believes to get through (REMB), this stream's share; None until it has said so."""
        if self._estimate is None:
            return None
        bit_rate, ssrcs = self._estimate
        return bit_rate // max(1, self._sharing(ssrcs))

    async def _note_and_send(self, packets: list[Any]) -> None:
        for packet in packets:
            if isinstance(packet, RtcpSrPacket):
                self._sent.append(((packet.sender_info.ntp_timestamp >> 16) & 0xFFFFFFFF, time.monotonic()))
        await self._send(packets)

    async def _handle_and_note(self, packet: Any) -> None:
        if isinstance(packet, (RtcpRrPacket, RtcpSrPacket)):
            for report in packet.reports:
                if report.ssrc == self._ssrc:
                    self._note(report.fraction_lost / 256, report.lsr, report.dlsr / _SHORT)
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            try:
                bit_rate, ssrcs = unpack_remb_fci(packet.fci)
            except (ValueError, struct.error):
                return
            if self._ssrc in ssrcs:
                self._estimate = bit_rate, frozenset(ssrcs)
            return
        await self._handle(packet)

    async def _repeat_seldom(self, sequence_number: int) -> None:
        # Receivers name all that they miss whenever they miss one more; what was sent again a moment ago is on its way.
        now = time.monotonic()
        wait = REPEAT_AFTER if self.round_trip is None else self.round_trip
        if now - self._repeated.get(sequence_number, -wait) < wait:
            return
        self._repeated[sequence_number] = now
        self._repeated.move_to_end(sequence_number)
        if len(self._repeated) > _REPEATS_KEPT:
            self._repeated.popitem(last=False)
        await self._repeat(sequence_number)

    def _note(self, loss: float, answered: int, held: float) -> None:
        self.loss = loss
        for stamp, sent in self._sent:
            if stamp == answered and answered:
                self.round_trip = max(0.0, time.monotonic() - sent - held)
