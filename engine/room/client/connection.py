"""One peer connection to a room: sound and pictures both ways, and the data channel."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.jitterbuffer import JitterBuffer
from aiortc.mediastreams import MediaStreamTrack
from aiortc.stats import RTCTransportStats

from engine.room.client.errors import ConnectionLostError, NotConnectedError, RoomError
from engine.room.client.publishing import Camera, CameraTrack, Microphone, MicrophoneTrack
from engine.room.client.received import PresentationClock, ReceivedPicture, ReceivedSound, ReportReader, receive
from engine.room.loopback import bind_to_loopback

log = logging.getLogger(__name__)

SOUND_CLOCK, PICTURE_CLOCK = 48_000, 90_000
"""Hz of RTP timestamps (RFC 7587, RFC 7741)."""
PREFETCH = 1
"""Packets the jitter buffer holds back on loopback: 21 ms one way, where aiortc's own four cost 81 ms."""
MOST_QUEUED = 256 * 1024
"""Bytes on their way over the data channel from which `drained` waits."""


class RoomConnection:
    """From an offer to a closed connection. Callbacks run on the event loop; `on_closed` is called when the other side ends it."""

    def __init__(
        self,
        *,
        loopback: bool,
        microphone: Microphone,
        camera: Camera,
        on_message: Callable[[dict[str, Any]], None],
        on_sound: Callable[[ReceivedSound], None],
        on_picture: Callable[[ReceivedPicture], None],
        on_closed: Callable[[], None],
    ) -> None:
        self._loopback = loopback
        self._on_message, self._on_closed = on_message, on_closed
        self._on_sound, self._on_picture = on_sound, on_picture
        # No STUN or TURN server: both ends are on this machine or network, and nobody else shall hear of the call.
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._moved = asyncio.Event()
        """The data channel has room again, or is gone."""
        self._tasks: list[asyncio.Task[None]] = []
        self.closed = False
        self._peer.on("track", self._receive)
        self._peer.on("connectionstatechange", self._changed)
        self._channel = self._peer.createDataChannel("app-messages")
        self._channel.bufferedAmountLowThreshold = MOST_QUEUED // 2
        self._channel.on("open", self._changed)
        self._channel.on("message", self._read)
        self._channel.on("close", self._changed)
        self._channel.on("bufferedamountlow", self._moved.set)
        self._peer.addTransceiver(MicrophoneTrack(microphone), direction="sendrecv")
        self._peer.addTransceiver(CameraTrack(camera), direction="sendrecv")
        self._clocks: dict[str, PresentationClock] = {}
        for transceiver in self._peer.getTransceivers():
            rate = SOUND_CLOCK if transceiver.kind == "audio" else PICTURE_CLOCK
            clock = self._clocks[transceiver.kind] = PresentationClock(rate)
            ReportReader(transceiver.receiver, clock)
            if transceiver.kind == "audio" and loopback:
                # aiortc has no setting for it.
                transceiver.receiver._RTCRtpReceiver__jitter_buffer = JitterBuffer(capacity=16, prefetch=PREFETCH)  # type: ignore[attr-defined]

    async def offer(self) -> str:
        """Return the SDP offer, with all candidates in it."""
        description = await self._peer.createOffer()
        if self._loopback:
            bind_to_loopback(self._peer)
        await self._peer.setLocalDescription(description)
        return self._peer.localDescription.sdp

    async def accept(self, sdp: str, within: float) -> None:
        """Take the room's answer and wait until media and messages flow; `within` in seconds. Raises ConnectionLostError, RoomError."""
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="answer"))
        except ValueError as error:
            raise RoomError(f"the room's answer cannot be read: {error}") from error
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

    async def drained(self) -> None:
        """Wait until what was sent is mostly out. Raises NotConnectedError when the connection ends before."""
        while self._channel.bufferedAmount > MOST_QUEUED:
            if self.closed or self._channel.readyState != "open":
                raise NotConnectedError("the connection to the room ended before everything was sent")
            self._moved.clear()
            await self._moved.wait()

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
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(self._peer.close(), *self._tasks, return_exceptions=True)
        self._peer.remove_all_listeners()

    def _receive(self, track: MediaStreamTrack) -> None:
        receiving = receive(track, self._clocks[track.kind], self._on_sound, self._on_picture)
        self._tasks.append(asyncio.create_task(receiving, name=f"room-client-{track.kind}"))

    def _read(self, text: str | bytes) -> None:
        message: Any = None
        with contextlib.suppress(ValueError, RecursionError):
            message = json.loads(text)
        if isinstance(message, dict):
            self._on_message(message)
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
