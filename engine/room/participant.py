"""One person in a room: a peer connection, what it sends and what it receives."""

import asyncio
import contextlib
import json
import logging
import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import av
import numpy as np
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.stats import RTCInboundRtpStreamStats, RTCTransportStats
from numpy.typing import NDArray

from engine.errors import SignallingError
from engine.room.bundled_candidates import spread_candidates
from engine.room.loopback import bind_to_loopback, without_lookups
from engine.room.media_counts import MediaCounts
from engine.room.message_chunks import chunks
from engine.room.microphone import MicrophoneStream
from engine.room.network_quality import NetworkQuality, Quality
from engine.room.own_relay import close_relayed, hurry
from engine.room.people_pictures import Kind, Slot, Source
from engine.room.playout import MEDIA_RATE, TICK
from engine.room.reception import Reception
from engine.room.sections import Sections
from engine.room.sender_reports import MediaTime
from engine.room.tracks import PictureTrack, SoundTrack
from engine.room.undelivered import SentTexts
from engine.room.voices import Mix, Voice

log = logging.getLogger(__name__)

CONNECT_WITHIN = 20.0
"""Seconds from the answer to the first media; after that the offer is given up."""
SILENT_AFTER = 10.0
"""Seconds without a single packet (browsers report every second) after which a participant is gone: a killed tab says no farewell."""
HOLE = 0.5
"""Seconds without sound from a microphone that was heard before, after which it counts as silent: a device that is unplugged
in mid-sentence sends nothing more, and the turn has to end all the same."""
EARLY_MESSAGES = 512
"""Messages kept for a participant whose data channel opens a moment after the connection: what they missed while it was down too."""
LARGEST_MESSAGE = 256 * 1024
"""Characters of one message on the data channel."""
PROBLEM = 'a message is one JSON object as text, such as {"message_type": "conversation", ...}'


class Participant:
    """A person's connection. `others`: whether anybody could be there to see this person.

    Callbacks run on the event loop: `on_sound` gets 16 kHz mono, `on_message` a decoded JSON object, `on_picture_lost` says that only
    a key frame helps, `on_quality` how good the connection is now, `on_shown` that the first frame of a camera or a screen has come;
    `on_gone` is called once, whatever ended the connection.
    """

    def __init__(
        self,
        user_name: str,
        *,
        session_id: str,
        loopback: bool,
        video: bool,
        others: bool,
        due: MediaTime,
        on_ready: Callable[["Participant"], None],
        on_sound: Callable[["Participant", NDArray[np.float32]], None],
        on_message: Callable[["Participant", dict[str, Any]], None],
        on_picture_lost: Callable[["Participant"], None],
        on_quality: Callable[["Participant", Quality], None],
        on_shown: Callable[["Participant", Kind], None],
        on_gone: Callable[["Participant"], None],
        ice_servers: Sequence[RTCIceServer] = (),
    ) -> None:
        self.session_id = session_id
        self.user_name = user_name
        self.sound = SoundTrack()
        self.picture = PictureTrack()
        self.microphone = MicrophoneStream()
        self.voice: Voice | None = None
        """What others hear; None as long as there are none."""
        self.mix: Mix | None = None
        """What this person hears beside the replica; None as long as there is nothing."""
        self._loopback = loopback
        self._relayed = bool(ice_servers)
        self._video = video
        self._due = due
        self._on_ready, self._on_sound, self._on_message, self._on_gone = on_ready, on_sound, on_message, on_gone
        self._on_picture_lost, self._on_quality, self._on_shown = on_picture_lost, on_quality, on_shown
        self._others = others
        self._sections: Sections | None = None
        self._quality = NetworkQuality()
        self._arrived, self._lost = 0, 0
        """Packets of this person's sound and picture, up to the last look."""
        # aiortc leaves further sections of a kind on a transport that is closed, unless all begin on one.
        self._connection = RTCPeerConnection(
            RTCConfiguration(iceServers=list(ice_servers), bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._channel: RTCDataChannel | None = None
        self._sent: SentTexts | None = None
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
            offer = spread_candidates(without_lookups(sdp) if self._loopback else sdp)
            await connection.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
            self._sections = self._carry()
            if self._relayed:
                hurry(connection)
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
                for part in self._parts(text):
                    self._channel.send(part)
                    if self._sent is not None:
                        self._sent.note(part)
            except ValueError as error:
                # Each side names the longest message that it takes; 64 KiB if it names none (RFC 8841, section 6).
                log.warning("participant %s misses a message: %s", self.session_id, error)

    def undelivered(self) -> list[str]:
        """Return the messages (JSON text) that this person's side has not acknowledged, for another connection of theirs."""
        return [*(self._sent.undelivered() if self._sent is not None else ()), *self._early]

    @property
    def entered(self) -> bool:
        """Whether the connection was ever up."""
        return self._ready

    @property
    def ready(self) -> bool:
        """Whether the connection is up."""
        return self._ready and not self._gone

    @property
    def sends_sound(self) -> bool:
        """Whether the offer came with a microphone."""
        return self._sections is not None and self._sections.sends_sound

    @property
    def codec(self) -> str | None:
        """The codec of the replica's picture that is sent; None while there is none."""
        return self._sections.codec if self._sections is not None else None

    @property
    def bit_rate(self) -> int | None:
        """Bits per second of that picture that get through, as far as this person's side has said."""
        return self._sections.bit_rate if self._sections is not None else None

    @property
    def sources(self) -> dict[Kind, Source]:
        """The pictures that this person sends."""
        return self._sections.sources if self._sections is not None else {}

    @property
    def slots(self) -> list[Slot]:
        """Where this person can be shown others."""
        return self._sections.slots if self._sections is not None else []

    @property
    def receptions(self) -> list[Reception]:
        """What this person's side says of what is sent to it."""
        return self._sections.receptions if self._sections is not None else []

    @property
    def media(self) -> MediaCounts:
        """What was dropped on the way to this person and lost on the way from them."""
        concealed = self._sections.concealed_milliseconds if self._sections is not None else 0
        return MediaCounts(
            dropped_frames=self.picture.dropped,
            dropped_sound_ms=self.sound.dropped * TICK * 1000 // MEDIA_RATE,
            lost_microphone_ms=self.microphone.lost_milliseconds + concealed,
        )

    async def close(self) -> None:
        """End the connection and everything that belongs to it."""
        self._gone = True
        for task in self._tasks:
            task.cancel()
        self.sound.stop()
        self.picture.stop()
        if self._sections is not None:
            await self._sections.close()
        closing = close_relayed(self._connection) if self._relayed else self._connection.close()
        await asyncio.gather(closing, *self._tasks, return_exceptions=True)
        self._connection.remove_all_listeners()

    def _parts(self, text: str) -> list[str]:
        sctp = self._connection.sctp
        limit = sctp._remote_max_message_size if sctp is not None else 0
        # A limit of 0 is none (RFC 8841, section 6.1).
        return chunks(json.loads(text), limit) if limit and len(text.encode()) > limit else [text]

    def _carry(self) -> Sections:
        sections = Sections(self._connection, self.session_id, self._due)
        sections.carry_sound(self.sound)
        if self._video:
            sections.send_picture(self.picture, lambda: self._on_picture_lost(self))
            if self._others:
                sections.pass_pictures(lambda kind: self._on_shown(self, kind))
        return sections

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
        if not isinstance(frame, av.AudioFrame):
            return ()
        if self.voice is not None:
            self.voice.push(frame)
        return self.microphone.feed(frame)

    def _open_channel(self, channel: RTCDataChannel) -> None:
        self._channel, self._sent = channel, SentTexts(channel)
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
            now_received = await self._look_at_packets()
            if self._ready and now_received != received:
                last_change, received = loop.time(), now_received
            elif loop.time() - last_change > (SILENT_AFTER if self._ready else CONNECT_WITHIN):
                log.info("participant %s fell silent", self.session_id)
                self._report_gone()

    async def _look_at_packets(self) -> int:
        """Return how many packets have come so far, and tell how good the connection is."""
        total, arrived, lost = 0, 0, 0
        for transceiver in self._connection.getTransceivers():
            for stats in (await transceiver.receiver.getStats()).values():
                if isinstance(stats, RTCTransportStats):
                    total = stats.packetsReceived
                elif isinstance(stats, RTCInboundRtpStreamStats):
                    arrived, lost = arrived + stats.packetsReceived, lost + stats.packetsLost
        came, missed = arrived - self._arrived, max(0, lost - self._lost)
        self._arrived, self._lost = arrived, lost
        inwards = missed / (came + missed) if came + missed > 0 else 0.0
        outwards = max((reception.loss for reception in self.receptions), default=0.0)
        round_trips = [r.round_trip for r in self.receptions if r.round_trip is not None]
        told = self._quality.look(max(inwards, outwards), min(round_trips, default=None))
        if told is not None and self.ready:
            self._on_quality(self, told)
        return total


def _check(sdp: str) -> None:
    if not sdp.startswith("v=0"):
        raise SignallingError(f"sdp: {sdp[:40]!r} is not an SDP offer; it begins with 'v=0'")
    if not re.search(r"^a=fingerprint:", sdp, re.MULTILINE) or not re.search(r"^a=ice-ufrag:", sdp, re.MULTILINE):
        raise SignallingError(
            "sdp: the offer carries no DTLS fingerprint or no ICE credentials (a=fingerprint, a=ice-ufrag)"
        )
