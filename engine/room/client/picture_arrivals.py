"""What a receiver of pictures gets, handed to its decoder as soon as a frame is whole.

aiortc's own buffer hands a frame on when the first packet of the next one has come, which is 40 ms later at 25 frames a second, and
one frame at most for each packet: after a gap it stays behind. The last packet of a frame is marked (RFC 7741, section 4.1;
RFC 6184, section 5.1).
"""

from typing import Any

from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterBuffer, JitterFrame

PACKETS = 128
"""Packets that are waited in: as many as aiortc's own buffer holds."""


class PictureArrivals(JitterBuffer):
    """Stands in for the jitter buffer of a receiver; to be made before the receiver runs."""

    def __init__(self, receiver: RTCRtpReceiver) -> None:
        super().__init__(capacity=PACKETS, is_video=True)
        self._receiver: Any = receiver
        # aiortc has no setting for it.
        receiver._RTCRtpReceiver__jitter_buffer = self  # type: ignore[attr-defined]

    def add(self, packet: Any) -> tuple[bool, None]:
        """Take a packet from aiortc; what it gets back is whether only a key frame helps."""
        lost, frame = super().add(packet)
        receiver = self._receiver
        codec = receiver._RTCRtpReceiver__codecs.get(packet.payload_type)
        while frame is not None:
            if codec is not None and receiver._RTCRtpReceiver__decoder_thread is not None:
                frame.timestamp = receiver._RTCRtpReceiver__timestamp_mapper.map(frame.timestamp)
                receiver._RTCRtpReceiver__decoder_queue.put((codec, frame))
            frame = self._remove_frame(packet.sequence_number)
        return lost, None

    def _remove_frame(self, sequence_number: int) -> JitterFrame | None:
        """Return the oldest frame if all of its packets are here."""
        packets: list[Any] = []
        for ahead in range(self.capacity):
            packet: Any = self._packets[((self._origin or 0) + ahead) % self.capacity]
            if packet is None:
                return None
            # A sender that does not mark the last packet begins the next frame all the same.
            if packets and packet.timestamp != packets[0].timestamp:
                return self._taken(packets)
            packets.append(packet)
            if packet.marker:
                return self._taken(packets)
        return None

    def _taken(self, packets: list[Any]) -> JitterFrame:
        self.remove(len(packets))
        return JitterFrame(data=b"".join(packet._data for packet in packets), timestamp=packets[0].timestamp)
