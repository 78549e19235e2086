"""Pictures that come from the room: whose each is, and decoded only while somebody looks at it."""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import av
from aiortc import RTCRtpTransceiver

from engine.room.client.picture_arrivals import PictureArrivals
from engine.room.client.received import PresentationClock, ReceivedPicture, ReportReader
from engine.room.client.roster import REPLICA
from engine.room.client.subscribers import Subscribers
from engine.room.people_pictures import KEY_FRAMES_EVERY, Kind

PICTURE_CLOCK = 90_000
"""Hz of RTP timestamps (RFC 7741, RFC 6184)."""
_H264_BEGINS = re.compile(rb"\x00\x00\x01[\x25\x27\x45\x47\x65\x67]")
"""Start of a NAL unit of type 5 (picture that stands alone) or 7 (parameters before one): RFC 6184, section 1.3."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose picture it is, and which of theirs."""

    session_id: str
    kind: Kind


class PictureSection:
    """One section of video of a connection. `show` says whose pictures come in it; it decodes them while `wanted` says that
    somebody looks, from the next frame on that stands alone."""

    def __init__(
        self,
        transceiver: RTCRtpTransceiver,
        on_picture: Callable[[ReceivedPicture], None],
        wanted: Callable[[Origin], bool],
        on_frame: Callable[[Origin], None] | None = None,
    ) -> None:
        """`on_frame`: is told of each whole frame of an origin as it arrives, decoded or not."""
        self._transceiver = transceiver
        self._on_picture, self._wanted, self._on_frame = on_picture, wanted, on_frame
        self._clock = PresentationClock(PICTURE_CLOCK)
        self._origin: Origin | None = None
        self._first: int | None = None
        """Media time of the frame from which on the origin's frames are decoded; None until there is one."""
        self._asked = -KEY_FRAMES_EVERY
        self._asking: asyncio.Task[None] | None = None
        ReportReader(transceiver.receiver, self._clock)
        PictureArrivals(transceiver.receiver)
        receiver: Any = transceiver.receiver
        self._receiver = receiver
        self._queue: Any = receiver._RTCRtpReceiver__decoder_queue
        # aiortc hands each whole frame over here; what is put on no further is never decoded.
        receiver._RTCRtpReceiver__decoder_queue = self

    @property
    def mid(self) -> str:
        """Names the section in the SDP."""
        return str(self._transceiver.mid)

    @property
    def track(self) -> object:
        """What its frames come from; None before the answer."""
        return self._transceiver.receiver.track

    def show(self, origin: Origin | None) -> None:
        """Take what comes from now on for the pictures of `origin`; None: they belong to nobody."""
        if origin != self._origin:
            # Frames of another origin may still be on their way; the room begins the new one with a frame that stands alone.
            self._origin, self._first = origin, None

    def take(self, frame: av.VideoFrame) -> None:
        """Take a decoded frame."""
        pts = frame.pts or 0
        if self._origin is not None and self._first is not None and pts >= self._first:
            moment, arrived = self._clock.time(pts, time.time()), time.monotonic()
            self._on_picture(ReceivedPicture(moment, arrived, frame, self._origin.session_id, self._origin.kind))

    def get(self) -> object:
        """Let the decoder's thread wait for work (it asks this object)."""
        return self._queue.get()

    def put(self, work: tuple[Any, Any] | None) -> None:
        """Take a codec and an encoded frame from aiortc; None ends the decoder's thread."""
        if work is not None:
            codec, frame = work
            if self._origin is not None and self._on_frame is not None:
                self._on_frame(self._origin)
            if self._origin is None or not self._wanted(self._origin):
                self._first = None
                return
            if self._first is None:
                if not _stands_alone(codec.name, frame.data):
                    self._ask()
                    return
                self._first = frame.timestamp
        self._queue.put(work)

    def _ask(self) -> None:
        now = time.monotonic()
        if now - self._asked >= KEY_FRAMES_EVERY:
            self._asked = now
            self._asking = asyncio.create_task(self._send_pli(), name="room-client-key-frame")

    async def _send_pli(self) -> None:
        repeats = self._receiver._RTCRtpReceiver__rtx_ssrc
        for stream in self._receiver.getSynchronizationSources():
            if stream.source not in repeats:
                await self._receiver._send_rtcp_pli(stream.source)


class Lookers:
    """Who looks at which pictures; callbacks run on the event loop."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str | None, Kind | None], Subscribers[ReceivedPicture]] = {}

    def add(
        self, callback: Callable[[ReceivedPicture], object], session_id: str | None = None, kind: Kind | None = None
    ) -> Callable[[], None]:
        """Call this with the pictures of somebody (`REPLICA`: of the replica; None: of all people) and a kind (None: both); return
        what ends that."""
        return self._groups.setdefault((session_id, kind), Subscribers()).add(callback)

    def wanted(self, origin: Origin) -> bool:
        """Whether anybody looks."""
        return any(group for group in self._groups_of(origin))

    def tell(self, picture: ReceivedPicture) -> None:
        """Hand a picture to everybody who looks."""
        for group in self._groups_of(Origin(picture.session_id, picture.kind)):
            group.tell(picture)

    def _groups_of(self, origin: Origin) -> list[Subscribers[ReceivedPicture]]:
        anybody = REPLICA if origin.session_id.startswith(REPLICA) else None
        return [
            group
            for (session_id, kind), group in self._groups.items()
            if session_id in (origin.session_id, anybody) and kind in (origin.kind, None)
        ]


def follow_pictures(message: Mapping[str, Any], sections: list[PictureSection]) -> None:
    """Take the room's word (`room.pictures`) for whose pictures come in which section; what cannot be read shows nobody."""
    properties = message.get("properties")
    told = properties.get("pictures") if isinstance(properties, dict) else None
    origins: dict[str, Origin] = {}
    for each in told if isinstance(told, list) else []:
        match each:
            case {"mid": str(mid), "session_id": str(session_id), "kind": "camera" | "screen" as kind}:
                origins[mid] = Origin(session_id, kind)
    for section in sections:
        section.show(origins.get(section.mid))


def _stands_alone(codec: str, data: bytes) -> bool:
    """Whether a decoder can begin with this frame."""
    if codec == "VP8":
        # Bit 0 of the frame tag (RFC 6386, section 9.1).
        return bool(data) and not data[0] & 1
    return _H264_BEGINS.search(data) is not None
