"""The places of a room: a person has one from joining to leaving, whatever becomes of their connections meanwhile."""

import asyncio
import secrets
import uuid
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.errors import CapacityError
from engine.room.participant import Participant
from engine.room.roster import Presence

KEPT_FOR = 10.0
"""Seconds for which the place of somebody whose connection broke is kept: a tab is loaded again, a network changes."""
MISSED_MESSAGES = 256
"""Messages kept for somebody whose connection is down; the oldest go first."""


@dataclass(slots=True, eq=False)
class Place:
    """A person's place."""

    presence: Presence
    resume_token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    """Whoever brings it takes this place: a credential, known to this person alone."""
    participant: Participant | None = None
    """The connection that counts; None while it is down, or not up yet."""
    coming: Participant | None = None
    """A connection that is being made."""
    entered: bool = False
    """Whether a connection was ever up: the others know of this person."""
    has_told: bool = False
    """Whether this person has said what they send (`room.state`)."""
    noise_cancellation: bool = False
    """Whether this person wants the noise in their sound suppressed."""
    missed: deque[str] = field(default_factory=lambda: deque(maxlen=MISSED_MESSAGES))
    """Messages (JSON text) that went out while the connection was down."""
    giving_up: asyncio.TimerHandle | None = None
    """Runs while the place is kept for somebody who may come back."""

    silence: asyncio.Task[None] | None = None
    """Lets the person be silent while nothing of them arrives."""

    @property
    def session_id(self) -> str:
        """Names the person in the room, over all their connections."""
        return self.presence.session_id

    @property
    def connections(self) -> list[Participant]:
        """What is open, or being opened, for this place."""
        return [each for each in (self.participant, self.coming) if each is not None]

    def keep(self) -> None:
        """Cancel what would give the place up."""
        if self.giving_up is not None:
            self.giving_up.cancel()
        if self.silence is not None:
            self.silence.cancel()
        self.giving_up = self.silence = None

    def send(self, text: str) -> None:
        """Send a message (JSON text), now or once the person is back."""
        if self.participant is not None:
            self.participant.send(text)
        elif self.entered:
            self.missed.append(text)


class Places:
    """All places of a room."""

    def __init__(self, seats: int) -> None:
        self.seats = seats
        """How many people there may be, besides the replica."""
        self._places: dict[str, Place] = {}

    def __iter__(self) -> Iterator[Place]:
        """In the order of joining; places may be taken and given up meanwhile."""
        return iter(list(self._places.values()))

    def __len__(self) -> int:
        return len(self._places)

    @property
    def up(self) -> list[Participant]:
        """The connections that are up."""
        return [place.participant for place in self._places.values() if place.participant is not None]

    def take(self, user_name: str, *, user_id: str, owner: bool, joined_at: str) -> Place:
        """Take a new place. Raises CapacityError."""
        if len(self._places) >= self.seats:
            raise CapacityError(
                f"this room has {self.seats} seats and all are taken: it was created for {self.seats + 1} participants, the "
                "replica being one (max_participants)"
            )
        session_id = uuid.uuid4().hex
        place = Place(Presence(session_id, user_id or session_id, user_name, owner, joined_at))
        self._places[session_id] = place
        return place

    def get(self, session_id: str) -> Place | None:
        """Return the place of a session id."""
        return self._places.get(session_id)

    def kept_by(self, resume_token: str) -> Place | None:
        """Return the place that a resume token is for; None when there is none, or no longer."""
        wanted = resume_token.encode(errors="replace")
        for place in self._places.values():
            if secrets.compare_digest(place.resume_token.encode(), wanted):
                return place
        return None

    def give_up(self, place: Place) -> bool:
        """Take a place away; False when it is gone already."""
        place.keep()
        return self._places.pop(place.session_id, None) is not None
