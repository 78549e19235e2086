"""One person in a room: a peer connection, what it sends and what it receives."""

import asyncio
import contextlib
import json
import logging
import re
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import av
import numpy as np
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.jitterbuffer import JitterBuffer
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.stats import RTCTransportStats
from numpy.typing import NDArray

from engine.errors import SignallingError
from engine.room.loopback import bind_to_loopback, without_lookups
from engine.room.media_counts import MediaCounts
from engine.room.microphone import MicrophoneStream
from engine.room.playout import MEDIA_RATE, TICK
from engine.room.sender_reports import MediaTime, SenderReports
from engine.room.tracks import PictureTrack, SoundTrack

log = logging.getLogger(__name__)

CONNECT_WITHIN = 20.0
"""Seconds from the answer to the first media; after that the offer is given up."""
SILENT_AFTER = 10.0
"""Seconds without a single packet (browsers report every second) after which a participant is gone: a killed tab says no farewell."""
HOLE = 0.5
"""Seconds without sound from a microphone that was heard before, after which it counts as silent: a device that is unplugged
in mid-sentence sends nothing more, and the turn has to end all the same."""
EARLY_MESSAGES = 64
"""Messages kept for a participant whose data channel opens a moment after the connection."""
LARGEST_MESSAGE = 256 * 1024
"""Characters of one message on the data channel."""
PROBLEM = 'a message is one JSON object as text, such as {"message_type": "conversation", ...}'
SOUND_CLOCK = 48_000
PICTURE_CLOCK = 90_000
"""Hz of RTP timestamps (RFC 7587, RFC 7741)."""
PREFETCH = 1
"""Packets the jitter buffer holds back: 21 ms one way on loopback, where aiortc's own four cost 81 ms."""


class Participant:
    """A person's connection. Callbacks run on the event loop: `on_sound` gets 16 kHz mono, `on_message` a decoded JSON object,
    `on_gone` is called once, whatever ended the connection."""

    def __init__(
        self,
        user_name: str,
        *,
        loopback: bool,
        video: bool,
        due: MediaTime,
        on_ready: Callable[["Participant"], None],
        on_sound: Callable[["Participant", NDArray[np.float32]], None],
        on_message: Callable[["Participant", dict[str, Any]], None],
        on_gone: Callable[["Participant"], None],
    ) -> None:
        self.session_id = uuid.uuid4().hex
        self.user_name = user_name
        self.sound = SoundTrack()
        self.picture = PictureTrack()
        self.microphone = MicrophoneStream()
        self._loopback = loopback
        self._video = video
        self._due = due
        self._on_ready, self._on_sound, self._on_message, self._on_gone = on_ready, on_sound, on_message, on_gone
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._channel: RTCDataChannel | None = None
        self._early: deque[str] = deque(maxlen=EARLY_MESSAGES)
        self._tasks: list[asyncio.Task[None]] = []
        self._ready = False
        self._gone = False

    async def answer(self, sdp: str) -> str:
        """Take an offer, return the answer; raises SignallingError when the offer is malformed or has no sound to answer.
        Whatever it raises, `close` is still to be called."""
        connection = self._connection
        connection.on("track", self._receive)
        connection.on("datachannel", self._open_channel)
        connection.on("connectionstatechange", self._connection_changed)
        try:
            _check(sdp)
            offer = without_lookups(sdp) if self._loopback else sdp
            await connection.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
            self._attach()
            if self._loopback:
                bind_to_loopback(connection)
            await connection.setLocalDescription(await connection.createAnswer())
        except SignallingError:
            raise
        except Exception as error:
            # aiortc's parser raises whatever its reading of a damaged line happens to raise.
            raise SignallingError(f"sdp: the offer cannot be answered ({type(error).__name__}: {error})") from error
        self._tasks.append(asyncio.create_task(self._watch(), name="participant-watch"))
        return connection.localDescription.sdp

    def send(self, text: str) -> None:
        """Send a message (JSON text); before the data channel is open it waits, after it was closed it is dropped."""
        if self._channel is None:
            if self.ready:
                self._early.append(text)
        elif self._channel.readyState == "open":
            try:
                self._channel.send(text)
            except ValueError as error:
                # Each side names the longest message that it takes; 64 KiB if it names none (RFC 8841, section 6).
                log.warning("participant %s misses a message: %s", self.session_id, error)

    @property
    def entered(self) -> bool:
        """Whether the connection was ever up."""
        return self._ready

    @property
    def ready(self) -> bool:
        """Whether the connection is up."""
        return self._ready and not self._gone

    @property
    def media(self) -> MediaCounts:
        """What was dropped on the way to this person and lost on the way from them."""
        return MediaCounts(
            dropped_frames=self.picture.dropped,
            dropped_sound_ms=self.sound.dropped * TICK * 1000 // MEDIA_RATE,
            lost_microphone_ms=self.microphone.lost_milliseconds,
        )

    async def close(self) -> None:
        """End the connection and everything that belongs to it."""
        self._gone = True
        for task in self._tasks:
            task.cancel()
        self.sound.stop()
        self.picture.stop()
        await asyncio.gather(self._connection.close(), *self._tasks, return_exceptions=True)
        self._connection.remove_all_listeners()

    def _attach(self) -> None:
        offered = {transceiver.kind: transceiver for transceiver in reversed(self._connection.getTransceivers())}
        if "audio" not in offered:
            raise SignallingError("sdp: the offer has no audio section; one audio and one video section are expected")
        sound = offered["audio"]
        sound.sender.replaceTrack(self.sound)
        SenderReports(sound.sender, SOUND_CLOCK, MEDIA_RATE, self._due)
        for transceiver in offered.values():
            # One stream: browsers keep lips and voice together by its id.
            transceiver.sender._stream_id = self.session_id
        sound.direction = "sendrecv"
        if self._loopback:
            # aiortc has no setting for it.
            sound.receiver._RTCRtpReceiver__jitter_buffer = JitterBuffer(capacity=16, prefetch=PREFETCH)  # type: ignore[attr-defined]
        if "video" in offered:
            # Nothing looks at the camera yet, so it is neither sent nor decoded.
            offered["video"].direction = "sendonly" if self._video else "inactive"
            if self._video:
                offered["video"].sender.replaceTrack(self.picture)
                SenderReports(offered["video"].sender, PICTURE_CLOCK, MEDIA_RATE, self._due)

    def _receive(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            self._tasks.append(asyncio.create_task(self._listen(track), name="participant-listen"))

    async def _listen(self, track: MediaStreamTrack) -> None:
        deaf = False
        while True:
            try:
                sound = await self._next_sound(track)
            except MediaStreamError:
                return
            try:
                for samples in sound:
                    self._on_sound(self, samples)
                deaf = False
            except Exception:
                # One frame less is better than a replica that never hears this person again.
                if not deaf:
                    log.exception("sound of participant %s could not be heard", self.session_id)
                deaf = True

    async def _next_sound(self, track: MediaStreamTrack) -> Iterable[NDArray[np.float32]]:
        try:
            async with asyncio.timeout(HOLE):
                frame = await track.recv()
        except TimeoutError:
            return self.microphone.missing(HOLE)
        return self.microphone.feed(frame) if isinstance(frame, av.AudioFrame) else ()

    def _open_channel(self, channel: RTCDataChannel) -> None:
        self._channel = channel
        channel.on("message", self._read)
        while self._early:
            self.send(self._early.popleft())

    def _read(self, text: str | bytes) -> None:
        message: Any = None
        if isinstance(text, str) and len(text) <= LARGEST_MESSAGE:
            # Nesting that is too deep for the parser is a RecursionError.
            with contextlib.suppress(ValueError, RecursionError):
                message = json.loads(text)
        try:
            if not isinstance(message, dict):
                self.send(
                    json.dumps({"message_type": "error", "event_type": "error", "properties": {"error": PROBLEM}})
                )
            else:
                self._on_message(self, message)
        except Exception:
            # What is raised here would take aiortc's transport down, and sound and picture with it.
            log.exception("a message of participant %s could not be handled", self.session_id)

    def _connection_changed(self) -> None:
        state = self._connection.connectionState
        if state == "connected" and not self._ready and not self._gone:
            self._ready = True
            self._on_ready(self)
        elif state in {"failed", "closed"}:
            self._report_gone()

    def _report_gone(self) -> None:
        if not self._gone:
            self._gone = True
            self._on_gone(self)

    async def _watch(self) -> None:
        """Notice a connection that never comes up, and one that falls silent."""
        loop = asyncio.get_running_loop()
        last_change, received = loop.time(), -1
        while not self._gone:
            await asyncio.sleep(1.0)
            now_received = await self._packets_received()
            if self._ready and now_received != received:
                last_change, received = loop.time(), now_received
            elif loop.time() - last_change > (SILENT_AFTER if self._ready else CONNECT_WITHIN):
                log.info("participant %s fell silent", self.session_id)
                self._report_gone()

    async def _packets_received(self) -> int:
        for transceiver in self._connection.getTransceivers():
            for stats in (await transceiver.receiver.getStats()).values():
                if isinstance(stats, RTCTransportStats):
                    return stats.packetsReceived
        return 0


def _check(sdp: str) -> None:
    if not sdp.startswith("v=0"):
        raise SignallingError(f"sdp: {sdp[:40]!r} is not an SDP offer; it begins with 'v=0'")
    if not re.search(r"^a=fingerprint:", sdp, re.MULTILINE) or not re.search(r"^a=ice-ufrag:", sdp, re.MULTILINE):
        raise SignallingError(
            "sdp: the offer carries no DTLS fingerprint or no ICE credentials (a=fingerprint, a=ice-ufrag)"
        )
