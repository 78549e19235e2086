"""What a receiver of sound gets, handed to its decoder in order and as soon as possible; what was lost is concealed.

aiortc's own buffer hands a packet on when the next one has come, stands still for 16 packets (0.3 s) at each that is lost, and stays
as far behind from then on: it gives back one packet for each that comes.
"""

import asyncio
from typing import Any

from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterFrame

from engine.room.concealment import Concealment
from engine.room.packet_order import PacketOrder


class SoundArrivals:
    """Stands in for the jitter buffer of a receiver; to be made before the receiver runs, on its event loop."""

    def __init__(self, receiver: RTCRtpReceiver) -> None:
        self._receiver: Any = receiver
        self._order: PacketOrder[Any] = PacketOrder()
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._concealment = Concealment()
        # aiortc has no setting for it.
        receiver._RTCRtpReceiver__jitter_buffer = self  # type: ignore[attr-defined]

    @property
    def lost(self) -> int:
        """Packets that never came, or so late that they were no longer of use."""
        return self._order.lost

    @property
    def concealed_milliseconds(self) -> int:
        """Sound that the decoder made up for what was lost."""
        return self._concealment.milliseconds

    def add(self, packet: Any) -> tuple[bool, None]:
        """Take a packet from aiortc; what it gets back is that nothing is to be done."""
        self._hand_on(self._order.add(packet.sequence_number, packet, self._loop.time()))
        return False, None

    def close(self) -> None:
        """Wait for nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _hand_on(self, packets: list[Any]) -> None:
        receiver, now = self._receiver, self._loop.time()
        for packet in packets:
            codec = receiver._RTCRtpReceiver__codecs.get(packet.payload_type)
            # An empty payload would tell the decoder that the stream has ended.
            if codec is None or not packet._data or receiver._RTCRtpReceiver__decoder_thread is None:
                continue
            decoder = receiver._RTCRtpReceiver__decoder_queue
            stamp = receiver._RTCRtpReceiver__timestamp_mapper.map(packet.timestamp)
            if codec.name.lower() == "opus":
                for data, lost in self._concealment.before(packet._data, packet.sequence_number, stamp, now):
                    decoder.put((codec, JitterFrame(data, lost)))
            decoder.put((codec, JitterFrame(packet._data, stamp)))
        self._wait()

    def _wait(self) -> None:
        self.close()
        if (deadline := self._order.deadline) is not None:
            self._timer = self._loop.call_at(deadline, self._give_up)

    def _give_up(self) -> None:
        self._timer = None
        self._hand_on(self._order.expire(self._loop.time()))
