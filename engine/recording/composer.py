"""What is written when: sound in frames of AAC, and the pictures that belong to them, in the order of their media samples."""

from dataclasses import dataclass
from typing import Final

from engine.recording.arrivals import Arrival, Arrivals, Caption, Leave, Sound
from engine.recording.canvas import Canvas
from engine.recording.captions import CaptionLines
from engine.recording.fragments import MEDIA_RATE, SOUND_FRAME, FragmentedFilm
from engine.recording.mixer import Mixer


@dataclass(frozen=True, slots=True)
class PictureForm:
    """How a recording looks."""

    width: int
    """Pixels, even."""
    height: int
    """Pixels, even."""
    frames_per_second: int
    """0: sound alone."""

    @property
    def frame_length(self) -> int:
        """Media samples for which a picture is shown; 0 without pictures."""
        return MEDIA_RATE // self.frames_per_second if self.frames_per_second else 0


class Composer:
    """Composes one film from `start` on. Used by one thread."""

    def __init__(
        self, form: PictureForm, film: FragmentedFilm, captions: CaptionLines, arrivals: Arrivals, start: int
    ) -> None:
        """`start`: the media sample at which the film begins."""
        self._film = film
        self._captions = captions
        self._arrivals = arrivals
        self._start = start
        self._mixer = Mixer(start)
        self._canvas = Canvas(form.width, form.height) if form.frames_per_second else None
        self._length: Final = form.frame_length
        # Pictures that come as regularly as the film's are then each shown once, at their own place.
        first = arrivals.first_picture()
        self._next_frame = start if first is None else first
        self._leaving: list[Leave] = []
        self.skipped = 0
        """Pictures of the film that were left out to catch up."""

    @property
    def position(self) -> int:
        """The media sample up to which everything is written."""
        return self._mixer.position

    @property
    def late(self) -> int:
        """Pieces of sound that came too late for their place."""
        return self._mixer.late

    def take(self, arrival: Arrival) -> None:
        """Put what came in its place."""
        match arrival:
            case Sound():
                self._mixer.add(arrival.source, arrival.at, arrival.pcm)
            case Leave():
                self._mixer.forget(arrival.source)
                self._leaving.append(arrival)
            case Caption():
                start = max(0, arrival.at - self._start)
                end = arrival.at + arrival.duration - self._start
                if end >= 0:
                    self._captions.add(start / MEDIA_RATE, end / MEDIA_RATE, arrival.speaker, arrival.text)

    def advance(self, limit: int, hurry: int) -> None:
        """Write what ends before media sample `limit`; pictures before `hurry` are left out."""
        while True:
            heard = self._mixer.position + SOUND_FRAME
            if self._length and self._next_frame + self._length // 2 <= min(limit, heard):
                self._write_picture(self._next_frame >= hurry)
            elif heard <= limit:
                self._write_sound()
            else:
                return

    def finish(self) -> None:
        """Write all that came, to its end."""
        end = max(self._mixer.end, self._arrivals.newest)
        self.advance(end, 0)
        while self._length and self._next_frame < end:
            self._write_picture(True)
        while self._mixer.position < end:
            self._write_sound()

    def _write_sound(self) -> None:
        at = self._mixer.position - self._start
        self._film.sound(at, self._mixer.take(SOUND_FRAME))

    def _write_picture(self, wanted: bool) -> None:
        position, self._next_frame = self._next_frame, self._next_frame + self._length
        if self._canvas is None:
            return
        # Shown is what is nearest in time, so that no picture is off by more than half its length.
        shown = self._arrivals.pictures_until(position + self._length // 2)
        for source, picture in shown.items():
            self._canvas.show(source, picture)
        for leave in [leave for leave in self._leaving if leave.at <= position]:
            self._canvas.remove(leave.source)
            self._leaving.remove(leave)
        if wanted:
            self._film.picture(position - self._start, self._canvas.picture)
        else:
            self.skipped += 1
