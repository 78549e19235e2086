"""What waits to be written: sound and captions without loss, pictures as long as there is room for them."""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from engine.errors import VisavisError
from engine.recording.canvas import Planar
from engine.recording.fragments import MEDIA_RATE
from engine.recording.mixer import Pcm

MOST_PICTURES: Final = 30
"""Of one source; 41 MB at 720p, of which a third is used while the recorder keeps up."""
MOST_SOUND: Final = 120 * MEDIA_RATE
"""Samples (of all sources together) that may wait: sound is not thrown away, so a recorder that falls behind further gives up."""


class RecordingError(VisavisError):
    """A recording cannot go on, or there is nothing of it."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece of one source's sound."""

    at: int
    """Media sample of its begin."""
    source: str
    pcm: Pcm


@dataclass(frozen=True, slots=True)
class Caption:
    """What somebody said."""

    at: int
    """Media sample of its begin."""
    speaker: str
    text: str
    duration: int
    """Media samples."""


@dataclass(frozen=True, slots=True)
class Leave:
    """A source is gone."""

    at: int
    source: str


Arrival: TypeAlias = Sound | Caption | Leave


class Arrivals:
    """The queues between the room and the recorder's thread; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: deque[Arrival] = deque()
        self._waiting = 0
        self._pictures: dict[str, deque[tuple[int, Planar]]] = {}
        self.first: int | None = None
        """The earliest media sample at which anything that came begins."""
        self.newest = 0
        """The latest one."""
        self.dropped = 0
        """Pictures for which there was no room; the oldest went."""

    def put(self, arrival: Arrival) -> None:
        """Queue sound, a caption or a leave. Raises RecordingError when too much sound waits."""
        with self._lock:
            if isinstance(arrival, Sound):
                if self._waiting + arrival.pcm.size > MOST_SOUND:
                    raise RecordingError("the recorder does not keep up with the sound")
                self._waiting += arrival.pcm.size
                self._note(arrival.at)
            self._events.append(arrival)

    def put_picture(self, source: str, at: int, picture: Planar) -> None:
        """Queue a picture; the source's oldest makes room for it."""
        with self._lock:
            waiting = self._pictures.setdefault(source, deque(maxlen=MOST_PICTURES))
            self.dropped += len(waiting) == MOST_PICTURES
            waiting.append((at, picture))
            self._note(at)

    def take(self) -> tuple[Sequence[Arrival], int]:
        """Return what waits, pictures aside, in the order in which it came, and what `newest` was then."""
        with self._lock:
            taken, self._events = self._events, deque()
            self._waiting = 0
            return taken, self.newest

    def first_picture(self) -> int | None:
        """Return the earliest media sample of a waiting picture."""
        with self._lock:
            return min((waiting[0][0] for waiting in self._pictures.values() if waiting), default=None)

    def pictures_until(self, position: int) -> dict[str, Planar]:
        """Take all pictures up to a media sample; return the last one of each source."""
        last: dict[str, Planar] = {}
        with self._lock:
            for source, waiting in self._pictures.items():
                while waiting and waiting[0][0] <= position:
                    last[source] = waiting.popleft()[1]
        return last

    def _note(self, at: int) -> None:
        self.first = at if self.first is None else min(self.first, at)
        self.newest = max(self.newest, at)
