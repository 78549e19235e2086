"""Rendering a training video with its ground truth: three files, there whole or not at all."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from av.error import FFmpegError

from engine import __version__
from engine.errors import InvalidInputError, VisavisError
from engine.footage import script
from engine.footage.course import Course, plan
from engine.footage.film import AUDIO_ENCODER, VIDEO_ENCODER, Film
from engine.footage.landmarks import Landmarks
from engine.footage.room_tone import DESK, QUIET, room_tone
from engine.footage.truth import FIELDS, Truth, write_arrays
from engine.footage.webcam import Webcam
from engine.layers.audio import MEDIA_RATE
from engine.layers.replica.performance.expression import Expression
from engine.layers.replica.performance.performance import Performance
from engine.layers.replica.presenter.pictures import Colour
from engine.layers.replica.presenter.replica import PresenterReplica
from engine.layers.tts.protocol import Voice
from models.blendshapes import SHAPE_INDEX

FRAMES_PER_SECOND: Final = 25
SHORTEST, LONGEST = 1.0, 600.0
"""Seconds."""
_STEP: Final = MEDIA_RATE // FRAMES_PER_SECOND
_CLEAN, _CHEAP = 17, 28  # constant rate factors
_TEETH: Final = {
    "mouthUpperUp_L": 0.4, "mouthUpperUp_R": 0.4, "mouthLowerDown_L": 0.3, "mouthLowerDown_R": 0.3, "jawOpen": 0.07,
    "mouthStretch_L": 0.3, "mouthStretch_R": 0.3,
}  # fmt: skip
"""What a smile that shows the teeth has besides `happiness`."""
_RISE: Final = 0.5  # seconds in which it comes and goes

Progress = Callable[[int, int], None]
"""Told the frames that are done, and all."""


@dataclass(frozen=True, slots=True)
class Order:
    """The footage that is wanted."""

    bundle: Path
    """The presenter's folder."""
    backdrop: Colour | Path | None
    """None: the presenter's own."""
    backdrop_name: str
    person: str
    """Whose name the consent statement says."""
    voice: Voice
    seconds: float
    width: int
    height: int
    seed: int
    webcam: bool

    def __post_init__(self) -> None:
        if not SHORTEST <= self.seconds <= LONGEST:
            raise InvalidInputError("--seconds", self.seconds, f"{SHORTEST:g} to {LONGEST:g} is")
        if not 0 <= self.seed < 1 << 63:
            raise InvalidInputError("--seed", self.seed, "a whole number from 0 to 2^63 - 1 is")


@dataclass(frozen=True, slots=True)
class Files:
    """Where a training video and what belongs to it lie."""

    video: Path
    truth: Path
    """Arrays by the names of `engine.footage.truth.FIELDS`."""
    notes: Path
    """JSON: how it was made and what the arrays hold."""

    @classmethod
    def beside(cls, video: Path) -> "Files":
        """Return the three for a video. Raises InvalidInputError when it does not end in .mp4."""
        if video.suffix.lower() != ".mp4" or not video.stem:
            raise InvalidInputError("--out", str(video), "a file whose name ends in .mp4 is")
        return cls(video, video.with_suffix(".truth.npz"), video.with_suffix(".json"))


def render_footage(order: Order, video: Path, progress: Progress = lambda done, all_: None) -> dict[str, Any]:
    """Render into `video` and the files beside it; return what the notes say.

    Raises InvalidInputError for an order that cannot be met, BundleError, and VisavisError when something cannot be written. Whatever
    ends it early leaves nothing behind, and the files that were there before as they were.
    """
    files = Files.beside(video)
    width, height = order.width, order.height
    landmarks = Landmarks(order.bundle, width, height)
    replica = PresenterReplica(order.bundle, Performance, width, height, FRAMES_PER_SECOND, backdrop=order.backdrop)
    quality = _CHEAP if order.webcam else _CLEAN
    try:
        with _whole_or_not(files) as partial:
            # Before anything is said: a place that cannot be written is told at once.
            with Film(partial.video, width, height, FRAMES_PER_SECOND, quality) as film:
                course = plan(order.voice, order.person, order.seconds, order.seed)
                frames = course.length // _STEP
                webcam = Webcam(width, height, frames, FRAMES_PER_SECOND, order.seed) if order.webcam else None
                truth = Truth(course, landmarks.eye_distance, frames)
                _shoot(order, course, replica, landmarks, webcam, truth, film, frames, progress)
            write_arrays(partial.truth, truth.arrays())
            notes = _notes(order, course, replica, landmarks, webcam, frames, partial)
            partial.notes.write_text(json.dumps(notes, indent=1, ensure_ascii=False) + "\n", "utf-8")
    except (OSError, FFmpegError) as error:
        raise VisavisError(f"{video} cannot be written: {error.strerror or error}") from error
    return notes


@contextmanager
def _whole_or_not(files: Files) -> Iterator[Files]:
    """Give names to write to; what is there in the end gets its real name, the video last."""
    names = (files.notes, files.truth, files.video)
    partial = [path.with_name(f".{path.name}.{os.getpid()}") for path in names]
    try:
        yield Files(partial[2], partial[1], partial[0])
        for written, path in zip(partial, names, strict=True):
            written.replace(path)
    finally:
        for written in partial:
            written.unlink(missing_ok=True)


def _shoot(
    order: Order,
    course: Course,
    replica: PresenterReplica,
    landmarks: Landmarks,
    webcam: Webcam | None,
    truth: Truth,
    film: Film,
    frames: int,
    progress: Progress,
) -> None:
    acting, painter = Performance(order.seed), replica.painter()
    for speech in course.speeches:
        acting.say(speech)
    if course.smile_until:
        acting.feel("happiness", 0)
        acting.feel("neutral", course.smile_until)
    pauses = list(course.pauses)
    sound = course.speech + room_tone(course.length, DESK if webcam else QUIET, order.seed)
    np.clip(sound, -1.0, 1.0, out=sound)
    for frame in range(frames):
        sample = frame * _STEP
        while pauses and pauses[0] <= sample:
            acting.attend(pauses.pop(0))
        state = course.state(sample)
        expression = _showing_teeth(acting.at(sample, state), sample, course.smile_until)
        face = landmarks.of(expression)
        picture, places = painter.draw(expression), face.places
        if webcam:
            picture, places = webcam.film(picture, frame), webcam.places(places, frame)
        truth.note(frame, sample, state, expression, face, places)
        film.add(picture, sound[sample : sample + _STEP])
        progress(frame + 1, frames)
    if webcam:
        truth.moved_by(webcam.motion)
    film.finish()


def _showing_teeth(expression: Expression, sample: int, until: int) -> Expression:
    share = min(1.0, sample / (_RISE * MEDIA_RATE), (until - sample) / (_RISE * MEDIA_RATE))
    if share <= 0.0:
        return expression
    weights = expression.weights.copy()
    smooth = share * share * (3.0 - 2.0 * share)
    for name, weight in _TEETH.items():
        place = SHAPE_INDEX[name]
        weights[place] = min(1.0, float(weights[place]) + smooth * weight)
    return replace(expression, weights=weights)


def _notes(
    order: Order,
    course: Course,
    replica: PresenterReplica,
    landmarks: Landmarks,
    webcam: Webcam | None,
    frames: int,
    written: Files,
) -> dict[str, Any]:
    said = course.lines[: course.consent_lines]
    voice = order.voice
    return {
        "format": "visavis-footage",
        "version": 1,
        "presenter": replica.name,
        "title": replica.title,
        "synthetic": "Nobody is depicted: face and voice are made, and so is the consent statement.",
        "backdrop": order.backdrop_name,
        "bundle_sha256": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(order.bundle.iterdir())
            if path.suffix in {".json", ".npz", ".webp"}
        },
        "voice": {
            "voice_name": voice.name,
            "language": voice.language,
            "basic": voice.basic,
            "phonemes_timed": course.timed,
        },
        "seed": order.seed,
        "seconds": frames / FRAMES_PER_SECOND,
        "frames": frames,
        "frames_per_second": FRAMES_PER_SECOND,
        "size": [order.width, order.height],
        "sample_rate": MEDIA_RATE,
        "smile_seconds": [0.0, _seconds(course.smile_until)],
        "talking_seconds": [_seconds(course.lines[0].start), _seconds(course.lines[-1].end)],
        "listening_seconds": [_seconds(course.listening_from), frames / FRAMES_PER_SECOND],
        "consent": {
            "name": order.person,
            "text": " ".join(script.consent(order.person)),
            "complete": course.consent_complete,
            "seconds": [_seconds(said[0].start), _seconds(said[-1].end)],
        },
        "lines": [
            {"text": line.text, "seconds": [_seconds(line.start), _seconds(line.end)], "complete": line.complete}
            for line in course.lines
        ],
        "audio_video_offset_ms": 0.0,
        "webcam": None if webcam is None else webcam.flaws.as_json(),
        "eye_distance": round(landmarks.eye_distance, 4),
        "arrays": FIELDS,
        "encoders": {"video": VIDEO_ENCODER, "audio": AUDIO_ENCODER},
        "versions": {
            "visavis": __version__,
            "av": av.__version__,
            "numpy": np.__version__,
            **{name: ".".join(map(str, version)) for name, version in sorted(av.library_versions.items())},
        },
        "licence": {
            "footage": "GPL-3.0-or-later",
            "text": script.LICENCE,
            "presenter": "see the README.md of the presenter's folder",
        },
        "sha256": {
            "video": hashlib.sha256(written.video.read_bytes()).hexdigest(),
            "truth": hashlib.sha256(written.truth.read_bytes()).hexdigest(),
        },
    }


def _seconds(position: int) -> float:
    return round(position / MEDIA_RATE, 4)
