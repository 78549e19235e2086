"""People's cameras and screens, passed on to the others without being decoded.

What goes on is the encoded frame: each receiver's sender cuts it into packets of its own, with its own SSRC, sequence numbers, time
stamps and picture ids, and answers NACKs out of its own history. VP8 alone is passed on (the answer to an offer puts it first).
"""

import time
from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from typing import Any, Literal, TypeAlias, cast

import av
from aiortc import RTCRtpReceiver, RTCRtpTransceiver
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, pack_remb_fci, unpack_remb_fci

from engine.room.picture_encoder import PREFERRED, PicturePacket
from engine.room.reception import Reception
from engine.room.tracks import PictureTrack

Kind: TypeAlias = Literal["camera", "screen"]
CLOCK = 90_000
"""Hz of the time stamps of video (RFC 7741)."""
KEY_FRAMES_EVERY = 1.0
"""Seconds between two key frames that one sender is asked for."""


class Source:
    """One picture that a person sends."""

    def __init__(self, session_id: str, kind: Kind, receiver: RTCRtpReceiver, on_live: Callable[[], None]) -> None:
        """`on_live`: the first frame has come."""
        self.session_id = session_id
        self.kind = kind
        self.live = False
        """Whether a frame has ever come."""
        self.slots: list[Slot] = []
        """Who is shown it."""
        self.watch: Callable[[bytes, bool], None] | None = None
        """Who else takes each frame, and whether it is a key frame; on the event loop."""
        self._on_live = on_live
        self._receiver = receiver
        self._asked = -KEY_FRAMES_EVERY
        self._send_rtcp: Any = receiver._send_rtcp
        receiver._send_rtcp = self._send_lowest  # type: ignore[method-assign]
        self._queue: Any = receiver._RTCRtpReceiver__decoder_queue  # type: ignore[attr-defined]
        # Instead of a decoder: aiortc hands each whole frame over here.
        receiver._RTCRtpReceiver__decoder_queue = self  # type: ignore[attr-defined]

    def get(self) -> object:
        """Let the decoder's thread wait for its end (it asks this object for work)."""
        return self._queue.get()

    def put(self, work: tuple[Any, Any] | None) -> None:
        """Take a codec and an encoded frame from aiortc; None ends the decoder's thread."""
        if work is None:
            self._queue.put(None)
            return
        codec, frame = work
        if codec.name != PREFERRED or not frame.data:
            return
        if not self.live:
            self.live = True
            self._on_live()
        # Bit 0 of the frame tag (RFC 6386, section 9.1).
        key_frame = not frame.data[0] & 1
        for slot in self.slots:
            slot.take(frame.data, frame.timestamp, key_frame=key_frame)
        if self.watch is not None:
            self.watch(frame.data, key_frame)

    async def want_key_frame(self) -> None:
        """Ask the person's side for a frame that stands alone, once a second at most."""
        now = time.monotonic()
        if now - self._asked < KEY_FRAMES_EVERY:
            return
        self._asked = now
        repeats = self._receiver._RTCRtpReceiver__rtx_ssrc  # type: ignore[attr-defined]
        for stream in self._receiver.getSynchronizationSources():
            if stream.source not in repeats:
                await self._receiver._send_rtcp_pli(stream.source)

    async def _send_lowest(self, packet: Any) -> None:
        # The weakest of those who are shown it decides how much is sent (REMB).
        received = [slot.bit_rate for slot in self.slots if slot.bit_rate is not None]
        if received and isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            bit_rate, ssrcs = unpack_remb_fci(packet.fci)
            packet.fci = pack_remb_fci(min([bit_rate, *received]), ssrcs)
        await self._send_rtcp(packet)


class Slot:
    """A section of somebody's connection in which others can be shown, one at a time."""

    def __init__(
        self,
        transceiver: RTCRtpTransceiver,
        ask: Callable[[Source], None],
        sharing: Callable[[Collection[int]], int],
    ) -> None:
        """`ask`: see to it that a source gives a key frame; `sharing`: see `Reception`."""
        self.track = PictureTrack()
        self.source: Source | None = None
        self._ask = ask
        self._transceiver = transceiver
        self._shift: int | None = None
        """From the source's time stamps to those of this section, which go on when the source changes."""
        self._began = time.monotonic()
        transceiver.sender.replaceTrack(self.track)
        self._reception = Reception(transceiver.sender, self._lost, sharing)

    @property
    def ssrc(self) -> int:
        """The stream of this section."""
        return int(self._transceiver.sender._ssrc)

    @property
    def mid(self) -> str:
        """Names the section in the SDP."""
        return str(self._transceiver.mid)

    @property
    def bit_rate(self) -> int | None:
        """Bits per second that get through to this viewer, as far as they have said."""
        return self._reception.bit_rate

    def show(self, source: Source | None) -> None:
        """Show somebody else, or nobody."""
        if self.source is not None:
            self.source.slots.remove(self)
        self.source, self._shift = source, None
        self.track.begin_anew()
        if source is not None:
            source.slots.append(self)
            self._ask(source)

    def take(self, data: bytes, timestamp: int, *, key_frame: bool) -> None:
        """Take a frame of the source, `timestamp` on its 90 kHz clock."""
        if self._shift is None:
            self._shift = round((time.monotonic() - self._began) * CLOCK) - timestamp
        packet = cast("PicturePacket", av.Packet(data))
        packet.pts, packet.time_base, packet.is_keyframe = timestamp + self._shift, Fraction(1, CLOCK), key_frame
        if not self.track.offer(packet):
            self._lost()

    def _lost(self) -> None:
        if self.source is not None:
            self._ask(self.source)


def arrange(slots: Sequence[Slot], wanted: Sequence[Source]) -> bool:
    """Show of the sources `wanted`, the most important first, as many as there are slots; who is shown already keeps their slot.

    Return whether anything changed.
    """
    chosen = list(wanted[: len(slots)])
    missing = [source for source in chosen if all(slot.source is not source for slot in slots)]
    changed = False
    for slot in slots:
        if slot.source not in chosen and (slot.source is not None or missing):
            slot.show(missing.pop(0) if missing else None)
            changed = True
    return changed
