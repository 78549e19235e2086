"""Records a call: takes what is seen and heard as it comes, and writes it in a thread of its own."""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInputError, VisavisError
from engine.ranks import Rank, ranked_threads
from engine.recording.arrivals import Arrival, Arrivals, Caption, Leave, RecordingError, Sound
from engine.recording.captions import CaptionLines
from engine.recording.composer import Composer, PictureForm
from engine.recording.finalising import Recorded, finalise, partial_of
from engine.recording.fragments import MEDIA_RATE, FragmentedFilm
from engine.store.files import check_room

log = logging.getLogger(__name__)

LATENESS: Final = MEDIA_RATE * 2 // 5
"""Media samples (400 ms) that are waited for what comes later than the rest: a person's picture has been through a network."""
BACKLOG: Final = MEDIA_RATE * 3 // 5
"""Media samples by which the recorder may fall behind beyond that until it leaves pictures out."""
_DISK_EVERY: Final = MEDIA_RATE


@dataclass(frozen=True, slots=True)
class RecorderCounts:
    """What a recorder could not do."""

    dropped_pictures: int
    """Pictures that came and found no room."""
    skipped_pictures: int
    """Pictures of the film that were left out to catch up; the one before is shown for longer."""
    late_sounds: int
    """Pieces of sound that came more than `LATENESS` after others of their time, and are heard later than they were said."""


class Recorder:
    """Writes one MP4. What comes may come from any thread, and none of it waits for the disk or the encoders.

    `at` is always the room's media sample (48 kHz) at which something begins: what has the same `at` is seen and heard together,
    whenever it came. The film begins with the earliest thing that came.
    """

    def __init__(self, target: Path, *, width: int, height: int, frames_per_second: int) -> None:
        """`target`: the MP4 to be, in a folder that is there; no frames per second: sound alone.

        Raises InvalidInputError for a size that is not even, or a rate of which no picture lasts whole samples.
        """
        self._form = PictureForm(width, height, frames_per_second)
        if frames_per_second and (width % 2 or height % 2 or min(width, height) < 16):
            raise InvalidInputError("width, height", (width, height), "even numbers of at least 16 pixels are")
        if frames_per_second < 0 or (frames_per_second and MEDIA_RATE % frames_per_second):
            raise InvalidInputError("frames_per_second", frames_per_second, "0 or a divisor of 48000 is")
        self._target = target
        self._arrivals = Arrivals()
        self._threads = ranked_threads("recording", Rank.RECORDING)
        self._lock = threading.Lock()
        self._woken = False
        self._finishing: Future[Recorded] | None = None
        self._held: list[Arrival] = []
        self._film: FragmentedFilm | None = None
        self._composer: Composer | None = None
        self._disk_checked = 0
        self._writable = True
        self.failure: Exception | None = None
        """Why the recording has stopped by itself; what was written until then stays."""

    @property
    def counts(self) -> RecorderCounts:
        """What could not be done so far."""
        composer = self._composer
        return RecorderCounts(
            self._arrivals.dropped, composer.skipped if composer else 0, composer.late if composer else 0
        )

    @property
    def behind(self) -> int:
        """Media samples that came and are not written yet; about `LATENESS` while the recorder keeps up."""
        written = self._composer.position if self._composer else self._arrivals.first
        return 0 if written is None else self._arrivals.newest - written

    def sound(self, source: str, at: int, pcm: NDArray[np.int16]) -> None:
        """Take a piece of a source's sound: mono, 48 kHz, shape [n]."""
        if pcm.ndim != 1 or pcm.dtype != np.int16:
            raise InvalidInputError("pcm", (pcm.shape, pcm.dtype.name), "int16 of shape [n] is")
        self._put(Sound(at, source, pcm.copy()))

    def picture(self, source: str, at: int, yuv: NDArray[np.uint8]) -> None:
        """Take a source's picture: planar YUV 4:2:0 of limited range, shape [height * 3 // 2, width], both even; it is copied."""
        rows, columns = yuv.shape if yuv.ndim == 2 else (0, 0)
        if yuv.dtype != np.uint8 or rows % 3 or columns % 2 or not rows or not columns:
            raise InvalidInputError(
                "yuv", (yuv.shape, yuv.dtype.name), "uint8 of shape [height * 3 // 2, width], both even, is"
            )
        if self._form.frames_per_second and self._open:
            self._arrivals.put_picture(source, at, np.array(yuv, order="C"))
            self._wake()

    def caption(self, at: int, speaker: str, text: str, duration: float) -> None:
        """Take what a speaker said, `duration` in seconds; in any order, as late as need be."""
        self._put(Caption(at, speaker, text, round(duration * MEDIA_RATE)))

    def leave(self, source: str) -> None:
        """Take a source's picture away; its sound, if more comes, begins anew."""
        self._put(Leave(self._arrivals.newest, source))

    def close(self) -> Recorded:
        """Write what is left and make the file whole; waits for the disk, so not for the event loop. Can be called again.

        Raises RecordingError when there is nothing to be kept, OSError.
        """
        with self._lock:
            if self._finishing is None:
                self._finishing = self._threads.submit(self._finish)
        self._threads.shutdown(wait=True)
        return self._finishing.result()

    @property
    def _open(self) -> bool:
        return self._finishing is None and self.failure is None

    def _put(self, arrival: Arrival) -> None:
        if self._open:
            try:
                self._arrivals.put(arrival)
            except RecordingError as error:
                self._fail(error)
            self._wake()

    def _wake(self) -> None:
        with self._lock:
            if not self._woken and self._finishing is None:
                self._woken = True
                self._threads.submit(self._work)

    def _work(self) -> None:
        with self._lock:
            self._woken = False
        self._write_or_stop(ended=False)

    def _write_or_stop(self, *, ended: bool) -> None:
        if not self._writable:
            return
        try:
            self._write(*self._arrivals.take(), ended=ended)
        except Exception as error:
            self._writable = False
            self._fail(error)

    def _write(self, arrivals: Sequence[Arrival], newest: int, *, ended: bool) -> None:
        self._held += arrivals
        if self._composer is None:
            self._begin(ended=ended)
        composer = self._composer
        if composer is None:
            return
        held, self._held = self._held, []
        for arrival in held:
            if isinstance(arrival, Sound):
                # What lies far ahead (the room stood still) is preceded by silence that is written before.
                self._advance(composer, arrival.at)
            composer.take(arrival)
        if ended:
            composer.finish()
        else:
            # Not what is the newest now: what came since is not among `arrivals`.
            self._advance(composer, newest)

    def _begin(self, *, ended: bool) -> None:
        first = self._arrivals.first
        if first is not None and (ended or self._arrivals.newest - first >= LATENESS):
            form = self._form
            check_room(self._target.parent, 0)
            self._film = FragmentedFilm(partial_of(self._target), form.width, form.height, form.frames_per_second)
            captions = CaptionLines(self._target)
            self._composer = Composer(form, self._film, captions, self._arrivals, first)

    def _advance(self, composer: Composer, newest: int) -> None:
        composer.advance(newest - LATENESS, self._arrivals.newest - LATENESS - BACKLOG)
        if composer.position - self._disk_checked >= _DISK_EVERY:
            self._disk_checked = composer.position
            check_room(self._target.parent, 0)

    def _fail(self, error: Exception) -> None:
        expected = isinstance(error, av.error.FFmpegError | OSError | VisavisError)
        log.error("the recording %s has stopped: %s", self._target.name, error, exc_info=None if expected else error)
        self.failure = error

    def _finish(self) -> Recorded:
        self._write_or_stop(ended=True)
        if self._film is not None:
            try:
                self._film.close()
            except (av.error.FFmpegError, OSError) as error:
                self._fail(error)
        partial = partial_of(self._target)
        recorded = finalise(partial) if partial.exists() else None
        if recorded is None:
            raise RecordingError(f"nothing was recorded{f': {self.failure}' if self.failure else ''}")
        return recorded
