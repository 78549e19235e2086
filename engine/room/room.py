"""A room: people come and go, the replica's voice and face go to all of them on one clock."""

import asyncio
import json
import logging
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInputError, SignallingError
from engine.room import places, voices
from engine.room.active_speaker import ActiveSpeaker
from engine.room.gallery import Gallery
from engine.room.media_counts import MediaCounts
from engine.room.microphone import RATE
from engine.room.network_quality import Quality
from engine.room.pacer import Pacer, PacerCounts, SoundTick
from engine.room.participant import Participant
from engine.room.people_pictures import Kind
from engine.room.picture_stream import PictureStream
from engine.room.places import Place, Places
from engine.room.playout import MEDIA_RATE, Playout
from engine.room.roster import REPLICA_USER_ID, Presence, change_of, refusal, room_event

log = logging.getLogger(__name__)

SEATS = 8
"""People in one room, besides the replica, unless the conversation says otherwise."""
SILENCE = 0.1
"""Seconds of silence that are heard at a time of somebody whose connection is down."""
CLOSED = "the room was closed before the offer was answered"


class Joined(NamedTuple):
    """The answer to an offer."""

    sdp: str
    session_id: str
    """Names the person to everybody in the room."""
    resume_token: str
    """Takes the place again with another connection; for this person alone."""


class RoomListener(Protocol):
    """Who is told what happens in a room. Everything but `draw` runs on the event loop."""

    def joined(self, participant: Participant) -> None:
        """A participant is here: their connection is up for the first time."""

    def left(self, session_id: str) -> None:
        """A participant is gone, for good."""

    def heard(self, participant: Participant, samples: NDArray[np.float32]) -> None:
        """A participant's microphone: 16 kHz mono, shape [n]."""

    def received(self, participant: Participant, message: dict[str, Any]) -> None:
        """A message of the data channel."""

    def failed(self) -> None:
        """The clock has stopped for good: nobody hears or sees the replica any more."""

    def draw(self, position: int) -> NDArray[np.uint8]:
        """Return the frame of a media sample as planar YUV 4:2:0; runs in the renderer thread."""


class Room:
    """One call's media and people. The clock runs while somebody is connected; without `video` no picture is drawn or sent."""

    def __init__(
        self,
        listener: RoomListener,
        *,
        renderer: Executor,
        frames_per_second: int,
        loopback: bool,
        conversation_id: str = "",
        replica_name: str = "",
        seats: int = SEATS,
        video: bool = True,
    ) -> None:
        self._listener = listener
        self._loopback = loopback
        self._video = video
        self._conversation_id = conversation_id
        self._places = Places(seats)
        self._gallery = Gallery(self._places, conversation_id)
        self._speaker = ActiveSpeaker()
        self._closing: set[asyncio.Task[None]] = set()
        self._ticking: asyncio.Task[None] | None = None
        self._closed = False
        user_id = REPLICA_USER_ID + conversation_id
        self.replica = Presence(user_id, user_id, replica_name, False, _now(), audio=True, video=video)
        self.playout = Playout()
        self._parted = MediaCounts()
        """Of connections that are closed."""
        self._picture = PictureStream(frames_per_second, lambda: self._places.up)
        self._pacer = Pacer(
            self.playout,
            draw=listener.draw,
            renderer=renderer,
            frames_per_second=frames_per_second if video else 0,
            on_sound=self._send_sound,
            on_picture=self._picture.push,
        )

    @property
    def people(self) -> int:
        """Participants whose connection is up."""
        return len(self._places.up)

    @property
    def present(self) -> int:
        """Participants who have come and not gone, those among them whose connection is down for a moment."""
        return sum(place.entered for place in self._places)

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
            dropped_frames=self._picture.dropped,
        )
        open_now = (participant.media for place in self._places for participant in place.connections)
        return sum(open_now, own + self._parted)

    @property
    def shows_picture(self) -> bool:
        """Whether pictures are drawn now."""
        return self._video and self._ticking is not None

    @property
    def frames_per_second(self) -> int:
        """Frames drawn within the last second."""
        return self._pacer.frames_per_second

    def holds_place(self, resume_token: str) -> bool:
        """Whether a place is kept, or taken, by who has this token."""
        return self._places.kept_by(resume_token) is not None

    async def join(
        self, sdp: str, user_name: str, *, user_id: str = "", owner: bool = False, resume_token: str = ""
    ) -> Joined:
        """Answer an offer. A `resume_token` of this room takes the place it was given for, as whom it was given to; one that is
        no longer good counts as none.

        Raises SignallingError (also once the room is closed), CapacityError.
        """
        if self._closed:
            raise SignallingError(CLOSED)
        place = self._places.kept_by(resume_token) if resume_token else None
        if place is None:
            place = self._places.take(user_name, user_id=user_id, owner=owner, joined_at=_now())
        place.keep()
        if place.coming is not None:
            self._end(place.coming)
        participant = place.coming = Participant(
            place.presence.user_name,
            session_id=place.session_id,
            loopback=self._loopback,
            video=self._video,
            others=self._places.seats > 1,
            due=self._pacer.due,
            on_ready=self._welcome,
            on_sound=self._hear,
            on_message=self._receive,
            on_picture_lost=lambda viewer: self._picture.want_key_frame(viewer.codec),
            on_quality=self._tell_quality,
            on_shown=self._show,
            on_gone=self._lose,
        )
        try:
            answer = await participant.answer(sdp)
        except BaseException:
            self._lose(participant)
            raise
        if participant not in place.connections:
            raise SignallingError(CLOSED)
        return Joined(answer, place.session_id, place.resume_token)

    async def leave(self, resume_token: str, *, may_return: bool = False) -> None:
        """Let a participant go; an unknown token is ignored. Session ids do not do: everybody in the room knows them.

        `may_return`: their page is closed or loaded again, nobody knows which: the place is kept for a while.
        """
        place = self._places.kept_by(resume_token)
        if place is None:
            return
        if may_return and place.entered:
            for participant in place.connections:
                self._lose(participant)
        else:
            self._part(place)
        if self._closing:
            await asyncio.wait(self._closing)

    def broadcast(self, message: dict[str, Any]) -> None:
        """Send a message to everyone."""
        self._tell(message, but=None)

    async def close(self) -> None:
        """Send everyone home, for good."""
        self._closed = True
        for place in self._places:
            self._part(place)
        if self._closing:
            await asyncio.wait(self._closing)
        await self._pacer.rest()
        await self._picture.close()

    # --- what connections tell; one that no longer counts is not listened to ---

    def _welcome(self, participant: Participant) -> None:
        place = self._places.get(participant.session_id)
        if place is None or place.coming is not participant:
            return
        before, place.participant, place.coming = place.participant, participant, None
        place.keep()
        if before is not None:
            self._end(before)
        voices.connect(self._places.up)
        if self._ticking is None:
            self._ticking = asyncio.create_task(self._pacer.run(), name="room-pacer")
            self._ticking.add_done_callback(self._clock_stopped)
        if not place.entered:
            place.presence = place.presence.changed(_state(audio=participant.sends_sound))
        self._tell_roster(place)
        while place.missed:
            participant.send(place.missed.popleft())
        if not place.entered:
            place.entered = True
            self._tell(change_of("joined", self._conversation_id, place.presence), but=place)
            self._listener.joined(participant)
        self._gallery.arrange(self._speaker.session_id)

    def _hear(self, participant: Participant, samples: NDArray[np.float32]) -> None:
        if self._counts(participant) is not None:
            self._look_for_speaker(participant.session_id, samples, RATE)
            self._listener.heard(participant, samples)

    def _receive(self, participant: Participant, message: dict[str, Any]) -> None:
        place = self._counts(participant)
        if place is None:
            return
        if message.get("message_type") != "room":
            self._listener.received(participant, message)
            return
        try:
            presence = place.presence.changed(message)
        except InvalidInputError as error:
            participant.send(json.dumps(refusal(self._conversation_id, message.get("event_type"), error)))
            return
        place.has_told = True
        self._change(place, presence)
        self._gallery.arrange(self._speaker.session_id)

    def _show(self, participant: Participant, kind: Kind) -> None:
        """The first frame of somebody's camera or screen; who has said what they show is believed rather than their frames."""
        place = self._counts(participant)
        if place is not None and not place.has_told:
            self._change(place, place.presence.showing(kind))
        self._gallery.arrange(self._speaker.session_id)

    def _tell_quality(self, participant: Participant, quality: Quality) -> None:
        if self._counts(participant) is not None:
            told = room_event("room.network_quality", self._conversation_id, **quality.properties())
            participant.send(json.dumps(told))

    def _lose(self, participant: Participant) -> None:
        """A connection is gone: its place is kept for a while, unless nobody has ever seen its owner."""
        place = self._places.get(participant.session_id)
        if place is None or participant not in place.connections:
            return
        if place.coming is participant:
            place.coming = None
        else:
            place.participant = None
        self._end(participant)
        if not place.connections:
            if place.entered and not self._closed:
                loop = asyncio.get_running_loop()
                place.giving_up = loop.call_later(places.KEPT_FOR, self._part, place)
                place.silence = asyncio.create_task(self._be_silent(participant), name="place-silence")
            else:
                self._part(place)
        self._rest_if_alone()

    # --- inside ---

    async def _be_silent(self, participant: Participant) -> None:
        """Who went in mid-sentence has said what they said: their turn ends, and the others are answered."""
        while True:
            await asyncio.sleep(SILENCE)
            self._listener.heard(participant, np.zeros(int(SILENCE * RATE), dtype=np.float32))

    def _counts(self, participant: Participant) -> Place | None:
        place = self._places.get(participant.session_id)
        return place if place is not None and place.participant is participant else None

    def _change(self, place: Place, presence: Presence) -> None:
        if presence != place.presence:
            place.presence = presence
            self._tell(change_of("updated", self._conversation_id, presence), but=place)

    def _part(self, place: Place) -> None:
        if not self._places.give_up(place):
            return
        for participant in place.connections:
            self._end(participant)
        self._speaker.forget(place.session_id)
        if place.entered and not self._closed:
            self._tell(change_of("left", self._conversation_id, place.presence), but=place)
        if place.entered:
            self._listener.left(place.session_id)
        self._rest_if_alone()

    def _end(self, participant: Participant) -> None:
        self._parted += participant.media
        task = asyncio.create_task(participant.close(), name="participant-close")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _rest_if_alone(self) -> None:
        connected = self._places.up
        voices.connect(connected)
        if not self._closed:
            self._gallery.arrange(self._speaker.session_id)
        if not connected and self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None

    def _tell(self, message: dict[str, Any], *, but: Place | None) -> None:
        text = json.dumps(message)
        for place in self._places:
            if place is not but:
                place.send(text)

    def _tell_roster(self, newcomer: Place) -> None:
        known = [place.presence for place in self._places if place.entered and place is not newcomer]
        roster = [presence.as_json() for presence in (self.replica, *known)]
        roster.append(newcomer.presence.as_json(local=True))
        newcomer.send(json.dumps(room_event("room.participants", self._conversation_id, participants=roster)))

    def _look_for_speaker(self, session_id: str, samples: NDArray[np.float32], rate: int) -> None:
        if self._speaker.hear(session_id, samples, rate):
            self._gallery.arrange(self._speaker.session_id)
            self.broadcast(room_event("room.active_speaker", self._conversation_id, session_id=session_id))

    def _clock_stopped(self, ticking: asyncio.Task[None]) -> None:
        if not ticking.cancelled() and (error := ticking.exception()) is not None:
            log.error("the clock of a room stopped", exc_info=error)
            self._listener.failed()

    def _send_sound(self, tick: SoundTick) -> None:
        self._look_for_speaker(self.replica.session_id, tick.sound.astype(np.float32) / 32768.0, MEDIA_RATE)
        voices.send(tick, self._places.up)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _state(**states: bool) -> dict[str, Any]:
    return {"event_type": "room.state", "properties": states}
