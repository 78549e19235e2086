"""One peer connection to a room: sound and pictures both ways, and the data channel."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import av
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamTrack
from aiortc.stats import RTCTransportStats

from engine.room.client.errors import ConnectionLostError, NotConnectedError, RoomError
from engine.room.client.pictures import Origin, PictureSection, follow_pictures
from engine.room.client.publishing import Camera, CameraTrack, Microphone, MicrophoneTrack
from engine.room.client.received import (
    PresentationClock,
    ReceivedPicture,
    ReceivedSound,
    ReportReader,
    receive,
    sound_of,
)
from engine.room.consent import ask_patiently
from engine.room.loopback import bind_to_loopback
from engine.room.own_relay import close_relayed, hurry
from engine.room.sound_arrivals import SoundArrivals
from engine.room.undelivered import SentTexts

log = logging.getLogger(__name__)

SOUND_CLOCK = 48_000
"""Hz of RTP timestamps (RFC 7587)."""
MOST_QUEUED = 256 * 1024
"""Bytes on their way over the data channel from which `drained` waits."""


@dataclass(frozen=True, slots=True)
class Published:
    """What goes into the room. Without a `camera` the first section of video only receives; for a `screen` that is not there no section
    is offered."""

    microphone: Microphone
    camera: Camera | None
    screen: Camera | None


@dataclass(frozen=True, slots=True)
class Ears:
    """Who is told what comes out of the room, on the event loop."""

    on_message: Callable[[dict[str, Any]], None]
    on_sound: Callable[[ReceivedSound], None]
    on_picture: Callable[[ReceivedPicture], None]
    wanted: Callable[[Origin], bool]
    """Whether anybody looks at these pictures: others are not decoded."""
    on_frame: Callable[[Origin], None] | None = None
    """Is told of each whole frame as it arrives, decoded or not."""


class RoomConnection:
    """From an offer to a closed connection. `replica`: whose pictures come in the first section of video; `others`: further ones, in
    which the room can show people; `on_closed` is called when the other side ends it."""

    def __init__(
        self,
        published: Published,
        ears: Ears,
        *,
        replica: Origin,
        others: int,
        loopback: bool,
        ice_servers: Sequence[RTCIceServer],
        on_closed: Callable[[], None],
    ) -> None:
        self._loopback = loopback
        self._ears, self._on_closed = ears, on_closed
        # aiortc leaves further sections of a kind on a transport that is closed, unless all begin on one. Without servers of the room
        # none is asked: both ends are on this machine or network, and nobody else shall hear of the call.
        self._peer = RTCPeerConnection(
            RTCConfiguration(iceServers=list(ice_servers), bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._moved = asyncio.Event()
        """The data channel has room again, or is gone."""
        self._tasks: list[asyncio.Task[None]] = []
        self.closed = False
        self._silent = 0.0
        """Seconds of sound between two packets that came, for which the decoder got nothing."""
        self._expected_sound: int | None = None
        """Media time of the sound that is to come next."""
        self._peer.on("track", self._receive)
        self._peer.on("connectionstatechange", self._changed)
        self._sound_clock = PresentationClock(SOUND_CLOCK)
        self._listen(self._peer.addTransceiver(MicrophoneTrack(published.microphone), direction="sendrecv"))
        if published.camera is None:
            shows_replica = self._peer.addTransceiver("video", direction="recvonly")
        else:
            shows_replica = self._peer.addTransceiver(CameraTrack(published.camera), direction="sendrecv")
        if published.screen is not None:
            self._peer.addTransceiver(CameraTrack(published.screen), direction="sendonly")
        show_others = [self._peer.addTransceiver("video", direction="recvonly") for _ in range(others)]
        self._sections = [self._section(each) for each in (shows_replica, *show_others)]
        self._sections[0].show(replica)
        # Last: aiortc closes the transport of a channel that is older than the sections beside it.
        self._channel = self._peer.createDataChannel("app-messages")
        self._sent = SentTexts(self._channel)
        self._channel.bufferedAmountLowThreshold = MOST_QUEUED // 2
        self._channel.on("open", self._changed)
        self._channel.on("message", self._read)
        self._channel.on("close", self._changed)
        self._channel.on("bufferedamountlow", self._moved.set)

    async def offer(self) -> str:
        """Return the SDP offer, with all candidates in it."""
        description = await self._peer.createOffer()
        hurry(self._peer)
        ask_patiently(self._peer)
        if self._loopback:
            bind_to_loopback(self._peer)
        await self._peer.setLocalDescription(description)
        return self._peer.localDescription.sdp

    async def accept(self, sdp: str, within: float, path_within: float | None = None) -> None:
        """Take the room's answer and wait until media and messages flow, `within` seconds; `path_within`: those after which it is
        given up if no packet has found its way. Raises ConnectionLostError, RoomError."""
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="answer"))
        except ValueError as error:
            raise RoomError(f"the room's answer cannot be read: {error}") from error
        if path_within is not None:
            self._tasks.append(asyncio.create_task(self._need_path(path_within), name="room-client-path"))
        try:
            async with asyncio.timeout(within):
                await self._up
        except TimeoutError:
            raise ConnectionLostError(f"the connection to the room did not come up within {within:g} s") from None

    def send(self, text: str) -> None:
        """Send a text over the data channel. Raises NotConnectedError, RoomError when it is longer than the room takes."""
        if self.closed or self._channel.readyState != "open":
            raise NotConnectedError("there is no connection to the room now")
        try:
            self._channel.send(text)
        except ValueError as error:
            raise RoomError(f"the message is too long: {error}") from None
        self._sent.note(text)

    def undelivered(self) -> list[str]:
        """Return the texts that were sent and never arrived, as far as is known."""
        return self._sent.undelivered()

    async def drained(self) -> None:
        """Wait until what was sent is mostly out. Raises NotConnectedError when the connection ends before."""
        while self._channel.bufferedAmount > MOST_QUEUED:
            if self.closed or self._channel.readyState != "open":
                raise NotConnectedError("the connection to the room ended before everything was sent")
            self._moved.clear()
            await self._moved.wait()

    @property
    def missing_sound(self) -> float:
        """Seconds of sound that never came between two packets that did, concealed or not."""
        return self._silent + self._arrivals.concealed_milliseconds / 1000

    async def packets_received(self) -> int:
        """Return how many packets have come so far."""
        for transceiver in self._peer.getTransceivers():
            for stats in (await transceiver.receiver.getStats()).values():
                if isinstance(stats, RTCTransportStats):
                    return stats.packetsReceived
        return 0

    async def close(self) -> None:
        """End the connection and all that belongs to it."""
        self.closed = True
        self._moved.set()
        self._up.cancel()
        self._arrivals.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(close_relayed(self._peer), *self._tasks, return_exceptions=True)
        self._peer.remove_all_listeners()

    def _listen(self, transceiver: RTCRtpTransceiver) -> None:
        ReportReader(transceiver.receiver, self._sound_clock)
        self._arrivals = SoundArrivals(transceiver.receiver)

    def _section(self, transceiver: RTCRtpTransceiver) -> PictureSection:
        return PictureSection(transceiver, self._ears.on_picture, self._ears.wanted, self._ears.on_frame)

    def _receive(self, track: MediaStreamTrack) -> None:
        receiving = receive(track, self._hear, self._see(track))
        self._tasks.append(asyncio.create_task(receiving, name=f"room-client-{track.kind}"))

    def _hear(self, frame: av.AudioFrame) -> None:
        sound = sound_of(frame, self._sound_clock)
        self._count_missing(frame)
        self._ears.on_sound(sound)

    def _count_missing(self, frame: av.AudioFrame) -> None:
        if frame.pts is not None:
            if self._expected_sound is not None and frame.pts > self._expected_sound:
                self._silent += (frame.pts - self._expected_sound) / frame.sample_rate
            self._expected_sound = frame.pts + frame.samples

    def _see(self, track: MediaStreamTrack) -> Callable[[av.VideoFrame], None]:
        for section in self._sections:
            if section.track is track:
                return section.take
        return lambda frame: None

    async def _need_path(self, within: float) -> None:
        await asyncio.sleep(within)
        if not self._up.done() and self._peer.iceConnectionState not in {"connected", "completed"}:
            self._up.set_exception(ConnectionLostError("no way leads to the room now"))

    def _read(self, text: str | bytes) -> None:
        message: Any = None
        with contextlib.suppress(ValueError, RecursionError):
            message = json.loads(text)
        if isinstance(message, dict):
            if message.get("message_type") == "room" and message.get("event_type") == "room.pictures":
                # The first one is the replica's for good.
                follow_pictures(message, self._sections[1:])
            self._ears.on_message(message)
        else:
            log.warning("the room sent something that is no JSON object")

    def _changed(self) -> None:
        if self.closed:
            return
        peer, channel = self._peer.connectionState, self._channel.readyState
        if peer in {"failed", "closed"} or channel == "closed":
            self.closed = True
            self._moved.set()
            if not self._up.done():
                self._up.set_exception(ConnectionLostError("the connection to the room failed"))
                # Whoever has not come to wait for it yet needs no warning.
                self._up.exception()
            self._on_closed()
        elif peer == "connected" and channel == "open" and not self._up.done():
            self._up.set_result(None)
