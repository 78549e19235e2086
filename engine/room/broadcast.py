"""What everybody in a room gets: the replica's voice and face on one clock, and people's voices with it."""

import asyncio
import logging
from collections.abc import Callable, Collection
from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

from engine.room import voices
from engine.room.media_counts import MediaCounts
from engine.room.pacer import Pacer, PacerCounts, SoundTick
from engine.room.people_pictures import Source
from engine.room.picture_stream import PictureStream
from engine.room.places import Places
from engine.room.playout import MEDIA_RATE, Playout
from engine.room.room_listener import RoomListener
from engine.room.tap import Recording, SourceNames, Tap

log = logging.getLogger(__name__)


class Broadcast:
    """The media side of a room. `begin` and `rest` as people come and go; no frames per second: sound alone."""

    def __init__(
        self,
        places: Places,
        listener: RoomListener,
        *,
        renderer: Executor,
        frames_per_second: int,
        on_sound: Callable[[NDArray[np.int16]], None],
    ) -> None:
        """`on_sound` is told each tick of the replica's voice, before anybody hears it."""
        self._places = places
        self._listener = listener
        self._on_sound = on_sound
        self._tap: Tap | None = None
        self._ticking: asyncio.Task[None] | None = None
        self.playout = Playout()
        self.picture = PictureStream(frames_per_second, lambda: places.up)
        self._pacer = Pacer(
            self.playout,
            draw=self._draw,
            renderer=renderer,
            frames_per_second=frames_per_second,
            on_sound=self._send_sound,
            on_picture=self.picture.push,
        )

    @property
    def running(self) -> bool:
        """Whether the clock runs."""
        return self._ticking is not None

    @property
    def counts(self) -> PacerCounts:
        """What the clock could not do in time."""
        return self._pacer.counts

    @property
    def media(self) -> MediaCounts:
        """What became of the media that everybody gets."""
        counts = self._pacer.counts
        return MediaCounts(
            clock_ms=self.playout.position * 1000 // MEDIA_RATE,
            late_ticks=counts.late_ticks,
            frames=counts.frames,
            skipped_frames=counts.skipped_frames,
            failed_frames=counts.failed_frames,
            dropped_frames=self.picture.dropped,
        )

    @property
    def frames_per_second(self) -> int:
        """Frames drawn within the last second."""
        return self._pacer.frames_per_second

    def due(self, position: int) -> float:
        """Return when (monotonic seconds) a media sample is handed out."""
        return self._pacer.due(position)

    def connect(self) -> None:
        """Let those whose connection is up hear each other, and a recording hear them; the clock stops when nobody is there."""
        connected = self._places.up
        voices.connect(connected, recorded=self._tap is not None)
        if connected and self._ticking is None:
            self._ticking = asyncio.create_task(self._pacer.run(), name="room-pacer")
            self._ticking.add_done_callback(self._stopped)
        elif not connected and self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None

    def record(self, recording: Recording, names: SourceNames) -> None:
        """Hand everything on to a recording from now on; at most one at a time. `show` says whose pictures."""
        self._tap = Tap(recording, names, self._heard_at)
        self.connect()

    def show(self, sources: Collection[Source]) -> None:
        """Note whose pictures are shown now."""
        if self._tap is not None:
            self._tap.follow(sources)

    async def end_recording(self) -> None:
        """Hand nothing on any more; what was taken until now has been handed on when this returns."""
        tap, self._tap = self._tap, None
        if tap is not None:
            self.connect()
            await tap.close()

    async def close(self) -> None:
        """Wait until nothing is being drawn or encoded any more."""
        await self.end_recording()
        await self._pacer.rest()
        await self.picture.close()

    def _heard_at(self, session_id: str) -> int:
        place = self._places.get(session_id)
        voice = place.participant.voice if place is not None and place.participant is not None else None
        return self.playout.position + (voice.delay if voice is not None else voices.BEGINS_WITH)

    def _draw(self, position: int) -> NDArray[np.uint8]:
        picture = self._listener.draw(position)
        tap = self._tap
        if tap is not None:
            tap.drawn(position, picture)
        return picture

    def _send_sound(self, tick: SoundTick) -> None:
        self._listener.played(tick.position, tick.sound)
        self._on_sound(tick.sound)
        people = self._places.up
        heard = voices.send(tick, people)
        if self._tap is not None:
            spoken = zip(people, heard, strict=True)
            self._tap.sounded(tick, [(person.session_id, voice) for person, voice in spoken if voice is not None])

    def _stopped(self, ticking: asyncio.Task[None]) -> None:
        if not ticking.cancelled() and (error := ticking.exception()) is not None:
            log.error("the clock of a room stopped", exc_info=error)
            self._listener.failed()
