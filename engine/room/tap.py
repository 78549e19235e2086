"""What a recording takes from a room: everything that is heard and seen in it, each at its media sample.

While nothing is recorded there is no tap, and nobody's camera is decoded.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.ranks import Rank, ranked_threads
from engine.room.decoded_pictures import DecodedPictures, PictureSink
from engine.room.pacer import SoundTick
from engine.room.people_pictures import KEY_FRAMES_EVERY, Source

log = logging.getLogger(__name__)


class Recording(PictureSink, Protocol):
    """Takes a room down. Every method may be called from any thread, and none waits for a disk or an encoder."""

    def sound(self, source: str, at: int, pcm: NDArray[np.int16]) -> None:
        """Take sound, mono at 48 kHz of shape [n], that is heard from media sample `at` on."""

    def leave(self, source: str) -> None:
        """Take a source's picture away."""


class SourceNames(NamedTuple):
    """What a recording calls those it takes down; a person's voice and camera are called by the session id."""

    replica: str
    screen_of: Callable[[str], str]
    """Names somebody's shared screen."""

    def of(self, source: Source) -> str:
        """Return the name of somebody's picture."""
        return self.screen_of(source.session_id) if source.kind == "screen" else source.session_id


class Tap:
    """Hands everything on to one recording. Used on the event loop, but for `drawn`; pictures are decoded in a thread of its own."""

    def __init__(self, recording: Recording, names: SourceNames, heard_at: Callable[[str], int]) -> None:
        """`heard_at`: the media sample at which sound that arrives now from somebody (session id) is heard: a picture that arrives
        with it is seen then."""
        self._recording = recording
        self._names = names
        self._heard_at = heard_at
        self._threads = ranked_threads("room-tap", Rank.RECORDING)
        self._watched: dict[Source, DecodedPictures] = {}
        self._asked: dict[Source, float] = {}
        self._asking: set[asyncio.Task[None]] = set()

    def drawn(self, position: int, picture: NDArray[np.uint8]) -> None:
        """Take a frame of the replica (renderer thread)."""
        self._recording.picture(self._names.replica, position, picture)

    def sounded(self, tick: SoundTick, voices: Iterable[tuple[str, NDArray[np.int16]]]) -> None:
        """Take a tick of the replica's voice, and of people's voices (session id, samples) as the others hear them with it."""
        self._recording.sound(self._names.replica, tick.position, tick.sound)
        for session_id, voice in voices:
            self._recording.sound(session_id, tick.position, voice)

    def follow(self, sources: Collection[Source]) -> None:
        """Take down the pictures of these sources from now on, and no others."""
        for source in [source for source in self._watched if source not in sources]:
            self._drop(source)
        for source in sources:
            if source not in self._watched:
                watched = DecodedPictures(self._names.of(source), self._recording, self._threads)
                self._watched[source] = watched
                source.watch = lambda data, key_frame, source=source: self._take(source, data, key_frame)
                self._ask(source)

    async def close(self) -> None:
        """Let go of everybody; what was taken so far is handed on first."""
        for source in list(self._watched):
            self._drop(source)
        await asyncio.gather(*self._asking, return_exceptions=True)
        done = asyncio.get_running_loop().run_in_executor(self._threads, lambda: None)
        self._threads.shutdown(wait=False)
        await done

    def _take(self, source: Source, data: bytes, key_frame: bool) -> None:
        if not self._watched[source].take(data, self._heard_at(source.session_id), key_frame=key_frame):
            self._ask(source)

    def _drop(self, source: Source) -> None:
        del self._watched[source]
        self._asked.pop(source, None)
        source.watch = None
        # Behind the pictures that are still being decoded: one that came after it would stay for good.
        self._threads.submit(self._recording.leave, self._names.of(source))

    def _ask(self, source: Source) -> None:
        """Have a key frame sent: nothing can be decoded before one comes, and a request may be lost."""
        now = time.monotonic()
        if now - self._asked.get(source, -KEY_FRAMES_EVERY) >= KEY_FRAMES_EVERY:
            self._asked[source] = now
            task = asyncio.create_task(source.want_key_frame(), name="room-tap-key-frame")
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)
