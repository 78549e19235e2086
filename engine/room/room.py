"""A room: people come and go, the replica's voice and face go to all of them on one clock."""

import asyncio
import json
import logging
from concurrent.futures import Executor
from typing import Any, Protocol

import av
import numpy as np
from numpy.typing import NDArray

from engine.errors import CapacityError, SignallingError
from engine.room.media_counts import MediaCounts
from engine.room.opus import AudioPacket
from engine.room.pacer import Pacer, PacerCounts
from engine.room.participant import Participant
from engine.room.playout import MEDIA_RATE, Playout

log = logging.getLogger(__name__)

SEATS = 8
"""People in one room, besides the replica, unless the conversation says otherwise."""
CLOSED = "the room was closed before the offer was answered"


class RoomListener(Protocol):
    """Who is told what happens in a room. Everything but `draw` runs on the event loop."""

    def joined(self, participant: Participant) -> None:
        """A participant's connection is up."""

    def left(self, participant: Participant) -> None:
        """A participant is gone."""

    def heard(self, participant: Participant, samples: NDArray[np.float32]) -> None:
        """A participant's microphone: 16 kHz mono, shape [n]."""

    def received(self, participant: Participant, message: dict[str, Any]) -> None:
        """A message of the data channel."""

    def failed(self) -> None:
        """The clock has stopped for good: nobody hears or sees the replica any more."""

    def draw(self, position: int) -> NDArray[np.uint8]:
        """Return the frame of a media sample as planar YUV 4:2:0; runs in the renderer thread."""


class Room:
    """One call's media. The clock runs while somebody is in the room; without `video` no picture is drawn or sent."""

    def __init__(
        self,
        listener: RoomListener,
        *,
        renderer: Executor,
        frames_per_second: int,
        loopback: bool,
        seats: int = SEATS,
        video: bool = True,
    ) -> None:
        self._listener = listener
        self._loopback = loopback
        self._seats = seats
        self._video = video
        self._participants: dict[str, Participant] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._ticking: asyncio.Task[None] | None = None
        self._closed = False
        self.playout = Playout()
        self._parted = MediaCounts()
        """Of people who have left."""
        self._pacer = Pacer(
            self.playout,
            draw=listener.draw,
            renderer=renderer,
            frames_per_second=frames_per_second if video else 0,
            on_sound=self._send_sound,
            on_picture=self._send_picture,
        )

    @property
    def people(self) -> int:
        """Participants whose connection is up."""
        return sum(participant.ready for participant in self._participants.values())

    @property
    def counts(self) -> PacerCounts:
        """What the clock could not do in time."""
        return self._pacer.counts

    @property
    def media(self) -> MediaCounts:
        """What became of the media so far, of people who have left too."""
        counts = self._pacer.counts
        own = MediaCounts(
            clock_ms=self.playout.position * 1000 // MEDIA_RATE,
            late_ticks=counts.late_ticks,
            frames=counts.frames,
            skipped_frames=counts.skipped_frames,
            failed_frames=counts.failed_frames,
        )
        return sum((participant.media for participant in self._participants.values()), own + self._parted)

    @property
    def shows_picture(self) -> bool:
        """Whether pictures are drawn now."""
        return self._video and self._ticking is not None

    @property
    def frames_per_second(self) -> int:
        """Frames drawn within the last second."""
        return self._pacer.frames_per_second

    async def join(self, sdp: str, user_name: str) -> tuple[str, str]:
        """Answer an offer; return the answer's SDP and the session id. Raises SignallingError (also once the room is closed),
        CapacityError."""
        if self._closed:
            raise SignallingError(CLOSED)
        if len(self._participants) >= self._seats:
            raise CapacityError(f"this room has {self._seats} seats and all are taken")
        participant = Participant(
            user_name,
            loopback=self._loopback,
            video=self._video,
            due=self._pacer.due,
            on_ready=self._welcome,
            on_sound=self._listener.heard,
            on_message=self._listener.received,
            on_gone=self._part,
        )
        self._participants[participant.session_id] = participant
        try:
            answer = await participant.answer(sdp)
        except BaseException:
            self._part(participant)
            raise
        if participant.session_id not in self._participants:
            raise SignallingError(CLOSED)
        return answer, participant.session_id

    async def leave(self, session_id: str) -> None:
        """Let a participant go; unknown ids are ignored."""
        participant = self._participants.get(session_id)
        if participant is not None:
            self._part(participant)
            await asyncio.wait(self._closing)

    def broadcast(self, message: dict[str, Any]) -> None:
        """Send a message to everyone."""
        text = json.dumps(message)
        for participant in self._participants.values():
            participant.send(text)

    async def close(self) -> None:
        """Send everyone home, for good."""
        self._closed = True
        for participant in list(self._participants.values()):
            self._part(participant)
        if self._closing:
            await asyncio.wait(self._closing)
        await self._pacer.rest()

    def _welcome(self, participant: Participant) -> None:
        if participant.session_id not in self._participants:
            return
        if self._ticking is None:
            self._ticking = asyncio.create_task(self._pacer.run(), name="room-pacer")
            self._ticking.add_done_callback(self._clock_stopped)
        self._listener.joined(participant)

    def _part(self, participant: Participant) -> None:
        if self._participants.pop(participant.session_id, None) is None:
            return
        self._parted += participant.media
        was_ready = participant.entered
        task = asyncio.create_task(participant.close(), name="participant-close")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        if was_ready:
            self._listener.left(participant)
        if not self.people and self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None

    def _clock_stopped(self, ticking: asyncio.Task[None]) -> None:
        if not ticking.cancelled() and (error := ticking.exception()) is not None:
            log.error("the clock of a room stopped", exc_info=error)
            self._listener.failed()

    def _send_sound(self, packet: AudioPacket) -> None:
        for participant in self._participants.values():
            if participant.ready:
                participant.sound.push(packet)

    def _send_picture(self, frame: av.VideoFrame) -> None:
        for participant in self._participants.values():
            if participant.ready:
                participant.picture.push(frame)
