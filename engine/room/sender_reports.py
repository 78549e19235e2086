"""RTCP sender reports on the media clock (RFC 3550, section 6.4.1).

aiortc stamps a report with the moment at which a packet left, which for pictures is later than for sound by the time of encoding and grows
with load; receivers that align lips by the reports then hold the sound back. What a report must say is when its sample is heard.
"""

import time
from collections.abc import Callable
from typing import Any

from aiortc import RTCRtpSender
from aiortc import clock as ntp
from aiortc.rtp import RtcpSrPacket

MediaTime = Callable[[int], float]
"""Media sample (48 kHz) -> monotonic seconds at which it is due."""
NTP_SECOND = 1 << 32
_RTP_WRAP = 1 << 32


class SenderReports:
    """Rewrites the reports of one sender; `clock_rate` in Hz is that of its RTP timestamps."""

    def __init__(self, sender: RTCRtpSender, clock_rate: int, media_rate: int, due: MediaTime) -> None:
        self._encode: Any = sender._next_encoded_frame
        self._send: Any = sender._send_rtcp
        self._clock_rate, self._media_rate = clock_rate, media_rate
        self._due = due
        self._handed: int | None = None
        """Media time (RTP clock) of the frame that aiortc got last to send."""
        self._sent = False
        """All its packets have left."""
        self._origin: int | None = None
        """The random number from which the stream's timestamps count."""
        sender._next_encoded_frame = self._next_frame  # type: ignore[method-assign]
        sender._send_rtcp = self._send_on_media_time  # type: ignore[method-assign]

    async def _next_frame(self, codec: Any) -> Any:
        # aiortc asks for a frame when the one before has left.
        self._sent = True
        frame = await self._encode(codec)
        if frame is not None:
            self._handed, self._sent = frame.timestamp, False
        return frame

    async def _send_on_media_time(self, packets: list[Any]) -> None:
        for packet in packets:
            if isinstance(packet, RtcpSrPacket):
                self._mend(packet)
        await self._send(packets)

    def _mend(self, packet: RtcpSrPacket) -> None:
        stamped = packet.sender_info.rtp_timestamp
        if self._origin is None:
            # Amid the packets of a frame nobody can tell whether the stamp is its own or that of the frame before: the next report decides.
            if self._handed is None or not self._sent:
                return
            self._origin = (stamped - self._handed) % _RTP_WRAP
        position = (stamped - self._origin) % _RTP_WRAP * self._media_rate // self._clock_rate
        late = time.monotonic() - self._due(position)
        packet.sender_info.ntp_timestamp = ntp.current_ntp_time() - int(late * NTP_SECOND)
