"""RTCP sender reports on the media clock (RFC 3550, section 6.4.1).

aiortc stamps a report with the moment at which a packet left, which for pictures is later than for sound by the time of encoding and grows
with load; receivers that align lips by the reports then hold the sound back. What a report must say is when its sample is heard.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from aiortc import RTCRtpSender
from aiortc import clock as ntp
from aiortc.rtp import RtcpSrPacket

MediaTime = Callable[[int], float]
"""Media sample (48 kHz) -> monotonic seconds at which it is due."""
NTP_SECOND = 1 << 32


class SenderReports:
    """Rewrites the reports of one sender; `clock_rate` in Hz is that of its RTP timestamps."""

    def __init__(
        self, sender: RTCRtpSender, taken: deque[int], clock_rate: int, media_rate: int, due: MediaTime
    ) -> None:
        self._send: Any = sender._send_rtcp
        self._taken = taken
        self._clock_rate, self._media_rate = clock_rate, media_rate
        self._due = due
        self._origins: set[int] | None = None
        sender._send_rtcp = self._send_on_media_time  # type: ignore[method-assign]

    async def _send_on_media_time(self, packets: list[Any]) -> None:
        for packet in packets:
            if isinstance(packet, RtcpSrPacket):
                self._mend(packet)
        await self._send(packets)

    def _mend(self, packet: RtcpSrPacket) -> None:
        # The timestamp of the last packet sent is a random origin + its media time. What was taken last may still be with the
        # encoder, so one report leaves two origins possible, and the next one decides.
        stamped = packet.sender_info.rtp_timestamp
        origins = {(stamped - self._in_rtp(position)) % (1 << 32): position for position in self._taken}
        known = self._origins & origins.keys() if self._origins else set(origins)
        self._origins = known or None
        if len(known) != 1:
            return
        position = origins[next(iter(known))]
        late = time.monotonic() - self._due(position)
        packet.sender_info.ntp_timestamp = ntp.current_ntp_time() - int(late * NTP_SECOND)

    def _in_rtp(self, position: int) -> int:
        return position * self._clock_rate // self._media_rate
