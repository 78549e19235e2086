"""What can be told of a room: who is there, and what became of its media."""

from engine.room.broadcast import Broadcast
from engine.room.departures import Departures
from engine.room.media_counts import MediaCounts
from engine.room.pacer import PacerCounts
from engine.room.places import Places
from engine.room.playout import Playout


class RoomFigures:
    """The side of a room that is looked at; `Room` fills it in."""

    _places: Places
    _broadcast: Broadcast
    _departures: Departures
    _video: bool

    @property
    def playout(self) -> Playout:
        """The replica's sound, and the clock."""
        return self._broadcast.playout

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
        return self._broadcast.counts

    @property
    def media(self) -> MediaCounts:
        """What became of the media so far, of people who have left too."""
        open_now = (participant.media for place in self._places for participant in place.connections)
        return sum(open_now, self._broadcast.media + self._departures.media)

    @property
    def shows_picture(self) -> bool:
        """Whether pictures are drawn now."""
        return self._video and self._broadcast.running

    @property
    def frames_per_second(self) -> int:
        """Frames drawn within the last second."""
        return self._broadcast.frames_per_second
