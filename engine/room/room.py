"""A room: people come and go, and keep their places when their connection breaks for a moment."""

import asyncio
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInputError, SignallingError
from engine.room import places
from engine.room.broadcast import Broadcast
from engine.room.departures import Departures
from engine.room.gallery import Gallery
from engine.room.microphone import RATE
from engine.room.network_quality import Quality
from engine.room.notices import Notices
from engine.room.own_relay import OwnRelay
from engine.room.participant import Participant
from engine.room.people_pictures import Kind
from engine.room.places import Place, Places
from engine.room.room_figures import RoomFigures
from engine.room.room_listener import RoomListener
from engine.room.roster import RECORDING_WISHES, REPLICA_USER_ID, Presence, noise_cancellation_of
from engine.room.spotlight import Spotlight
from engine.room.tap import Recording, SourceNames

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


class Room(RoomFigures):
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
        recordable: bool = False,
        relay: OwnRelay | None = None,
    ) -> None:
        """`recordable`: the cameras of people are taken even when nobody else could see them; `relay`: a way round for people whom no
        direct one leads here."""
        self._listener = listener
        self._loopback = loopback
        self._video = video
        self._relay = relay
        self._looked_at = seats > 1 or recordable
        self._places = Places(seats)
        self._departures = Departures()
        self._closed = False
        user_id = REPLICA_USER_ID + conversation_id
        self.replica = Presence(user_id, user_id, replica_name, False, _now(), audio=True, video=video)
        self._notices = Notices(self._places, self.replica, conversation_id)
        self._broadcast = Broadcast(
            self._places,
            listener,
            renderer=renderer,
            frames_per_second=frames_per_second if video else 0,
            on_sound=lambda sound: self._spotlight.hear_replica(user_id, sound),
        )
        self._spotlight = Spotlight(Gallery(self._places, conversation_id), self._broadcast, self._notices)

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
        ice_servers = await self._relay.servers() if self._relay is not None else ()
        if self._closed:
            raise SignallingError(CLOSED)
        place = self._places.kept_by(resume_token) if resume_token else None
        if place is None:
            place = self._places.take(user_name, user_id=user_id, owner=owner, joined_at=_now())
        place.keep()
        if place.coming is not None:
            self._departures.close(place.coming)
        participant = place.coming = Participant(
            place.presence.user_name,
            session_id=place.session_id,
            loopback=self._loopback,
            video=self._video,
            others=self._looked_at,
            due=self._broadcast.due,
            on_ready=self._welcome,
            on_sound=self._hear,
            on_message=self._receive,
            on_picture_lost=lambda viewer: self._broadcast.picture.want_key_frame(viewer.codec),
            on_quality=self._tell_quality,
            on_shown=self._show,
            on_gone=self._lose,
            ice_servers=ice_servers,
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
        await self._departures.done()

    def broadcast(self, message: dict[str, Any]) -> None:
        """Send a message to everyone."""
        self._notices.tell(message)

    def begin_recording(
        self, recording: Recording, names: SourceNames, *, recording_id: str, session_id: str = ""
    ) -> None:
        """Hand all that is seen and heard to a recording from now on, one at a time, and tell everybody; `session_id`: who asked."""
        self._broadcast.record(recording, names)
        self._spotlight.arrange()
        self._notices.recording("started", recording_id=recording_id, session_id=session_id)

    async def end_recording(self, *, recording_id: str, session_id: str = "", error: str = "") -> None:
        """Hand nothing on any more, and tell everybody that the recording was stopped, or why it has failed."""
        self._notices.recording(
            "failed" if error else "stopped", recording_id=recording_id, session_id=session_id, error=error
        )
        await self._broadcast.end_recording()

    async def close(self) -> None:
        """Send everyone home, for good."""
        self._closed = True
        for place in self._places:
            self._part(place)
        await self._departures.done()
        await self._broadcast.close()

    # --- what connections tell; one that no longer counts is not listened to ---

    def _welcome(self, participant: Participant) -> None:
        place = self._places.get(participant.session_id)
        if place is None or place.coming is not participant:
            return
        before, place.participant, place.coming = place.participant, participant, None
        place.keep()
        if before is not None:
            place.missed.extend(before.undelivered())
            self._departures.close(before)
        self._broadcast.connect()
        # Of a new connection nothing bad is known yet.
        self._notices.change(place, place.presence.connected("good"))
        if not place.entered:
            place.presence = place.presence.changed(_state(audio=participant.sends_sound))
        self._notices.welcome(place)
        while place.missed:
            participant.send(place.missed.popleft())
        if not place.entered:
            place.entered = True
            self._notices.came(place)
            self._listener.joined(participant)
        self._spotlight.arrange()

    def _hear(self, participant: Participant, samples: NDArray[np.float32]) -> None:
        if self._counts(participant) is not None:
            self._spotlight.hear(participant.session_id, samples, RATE)
            self._listener.heard(participant, samples)

    def _receive(self, participant: Participant, message: dict[str, Any]) -> None:
        place = self._counts(participant)
        if place is None:
            return
        if message.get("message_type") != "room":
            self._listener.received(participant, message)
            return
        try:
            self._obey(place, participant, message)
        except InvalidInputError as error:
            self._notices.refuse(participant, message, error)

    def _obey(self, place: Place, participant: Participant, message: dict[str, Any]) -> None:
        """Do what a message to the room asks for. Raises InvalidInputError."""
        wish = RECORDING_WISHES.get(str(message.get("event_type")))
        if wish is not None:
            self._listener.recording_wished(participant, wish)
            return
        presence, suppressed = place.presence.changed(message), noise_cancellation_of(message)
        place.has_told = True
        self._notices.change(place, presence)
        self._spotlight.arrange()
        if suppressed is not None and suppressed != place.noise_cancellation:
            place.noise_cancellation = suppressed
            self._listener.noise_cancellation(participant, suppressed)

    def _show(self, participant: Participant, kind: Kind) -> None:
        """The first frame of somebody's camera or screen; who has said what they show is believed rather than their frames."""
        place = self._counts(participant)
        if place is not None and not place.has_told:
            self._notices.change(place, place.presence.showing(kind))
        self._spotlight.arrange()

    def _tell_quality(self, participant: Participant, quality: Quality) -> None:
        place = self._counts(participant)
        if place is not None:
            self._notices.quality(place, quality)

    def _lose(self, participant: Participant) -> None:
        """A connection is gone: its place is kept for a while, unless nobody has ever seen its owner."""
        place = self._places.get(participant.session_id)
        if place is None or participant not in place.connections:
            return
        if place.coming is participant:
            place.coming = None
        else:
            place.participant = None
            place.missed.extend(participant.undelivered())
        self._departures.close(participant)
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

    def _part(self, place: Place) -> None:
        if not self._places.give_up(place):
            return
        for participant in place.connections:
            self._departures.close(participant)
        self._spotlight.forget(place.session_id)
        if place.entered and not self._closed:
            self._notices.left(place)
        if place.entered:
            self._listener.left(place.session_id)
        self._rest_if_alone()

    def _rest_if_alone(self) -> None:
        self._broadcast.connect()
        if not self._closed:
            self._spotlight.arrange()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _state(**states: bool) -> dict[str, Any]:
    return {"event_type": "room.state", "properties": states}
