"""A stock presenter behind the Replica protocol."""

import copy
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInputError
from engine.layers.audio import Samples
from engine.layers.replica.performance.expression import Expression
from engine.layers.replica.presenter.painter import Painter
from engine.layers.replica.presenter.pictures import Colour, load_wall
from engine.layers.replica.presenter.scene import Scene
from engine.layers.replica.protocol import FaceSpeech, Picture, ReplicaState
from models.blendshapes import SHAPES

GREEN_SCREEN: Final[Colour] = (0, 177, 64)
"""The usual chroma-key green."""

Backdrop: TypeAlias = Colour | Path | None
"""Behind the person: a plain colour, a picture of what the presenter's own background shows, or None: that background."""


class Acting(Protocol):
    """What moves a face: `engine.layers.replica.performance.performance.Performance`, or a test's own.

    Everything but `at` may be called from another thread than `at`.
    """

    def say(self, speech: FaceSpeech) -> None:
        """Schedule the mouth for a clause."""

    def hear_sound(self, start: int, samples: Samples, *, more: bool = False) -> None:
        """Schedule the mouth for speech (48 kHz) without phonemes; `more` of it may follow; blocking."""

    def silence_from(self, position: int) -> None:
        """Drop all speech from this media sample on."""

    def feel(self, emotion: str, position: int, strength: float = 1.0) -> None:
        """Show an emotion from this media sample on."""

    def attend(self, position: int) -> None:
        """Somebody whom the replica listens to has paused."""

    def at(self, position: int, state: ReplicaState) -> Expression:
        """Return the face at this media sample; positions only grow."""


Actor: TypeAlias = Callable[[int], Acting]
"""Begins a session's acting from its seed."""


class PresenterReplica:
    """A rendered person, drawn live from key pictures."""

    def __init__(
        self,
        folder: Path,
        actor: Actor,
        width: int = 512,
        height: int = 512,
        frames_per_second: int = 25,
        *,
        backdrop: Backdrop = None,
    ) -> None:
        """Read the bundle in `folder` and draw a first picture, so that no call waits for code being compiled.

        `width` and `height`: even, 128..2048; `frames_per_second`: 1..60; `backdrop`: what is behind the person. Raises
        InvalidInputError for anything else, BundleError for a bundle or a picture that cannot be used.
        """
        if not 1 <= frames_per_second <= 60:
            raise InvalidInputError("frames_per_second", frames_per_second, "1 to 60")
        _check(backdrop)
        self._scene = Scene(folder, width, height)
        self._wall = load_wall(self._scene.bundle, self._scene.framing, backdrop)
        self._actor = actor
        self.width = width
        self.height = height
        self.frames_per_second = frames_per_second
        self.name = self._scene.bundle.name
        self.title = self._scene.bundle.title
        # Turned, so that the buffers' memory and the code for turned plates are there too.
        self.painter().draw(Expression(np.zeros(len(SHAPES), np.float32), yaw=7.5))

    @property
    def mouth_box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom (pixels) of the lips when the head looks ahead, with room for the widest open mouth."""
        return self._scene.mouth_box

    def before(self, backdrop: Backdrop) -> "PresenterReplica":
        """Return the same presenter before something else; both share everything but what is behind them. Errors as above."""
        _check(backdrop)
        other = copy.copy(self)
        other._wall = load_wall(self._scene.bundle, self._scene.framing, backdrop)
        return other

    def open_session(self, seed: int) -> "PresenterSession":
        """Start a face; `seed` makes its movements repeatable."""
        return PresenterSession(self.painter(), self._actor(seed))

    def painter(self) -> Painter:
        """Return buffers of their own, to draw expressions that no acting gives: thumbnails, contact sheets, footage."""
        return Painter(self._scene, self._wall)


def _check(backdrop: Backdrop) -> None:
    if isinstance(backdrop, tuple) and not (len(backdrop) == 3 and all(0 <= channel <= 255 for channel in backdrop)):
        raise InvalidInputError("backdrop", backdrop, "red, green and blue from 0 to 255")


class PresenterSession:
    """One presenter in one conversation."""

    def __init__(self, painter: Painter, acting: Acting) -> None:
        self._painter: Painter | None = painter
        self._acting = acting
        self._drawing = threading.Lock()

    def say(self, speech: FaceSpeech) -> None:
        """Schedule the mouth for a clause."""
        self._acting.say(speech)

    def hear(self, start: int, samples: Samples, *, more: bool = False) -> None:
        """Schedule the mouth for speech (48 kHz) without phonemes; `more` of it may follow; blocking."""
        self._acting.hear_sound(start, samples, more=more)

    def silence_from(self, position: int) -> None:
        """Drop all speech from this media sample on."""
        self._acting.silence_from(position)

    def feel(self, emotion: str, position: int, strength: float = 1.0) -> None:
        """Show an emotion from this media sample on."""
        self._acting.feel(emotion, position, strength)

    def attend(self, position: int) -> None:
        """Somebody whom the replica listens to has paused."""
        self._acting.attend(position)

    def frame(self, position: int, state: ReplicaState) -> Picture:
        """Draw the frame shown at this media sample; the array is reused by the next call."""
        return self._drawn(position, state).picture

    def frame_with_mask(self, position: int, state: ReplicaState) -> tuple[Picture, NDArray[np.uint8]]:
        """Draw a frame, and return with it where the person is (255: nothing of the backdrop is seen); both are reused."""
        painter = self._drawn(position, state)
        return painter.picture, painter.mask

    def close(self) -> None:
        """Free the buffers; a frame that is being drawn is finished first."""
        with self._drawing:
            self._painter = None

    def _drawn(self, position: int, state: ReplicaState) -> Painter:
        with self._drawing:
            if self._painter is None:
                raise RuntimeError("the session is closed")
            self._painter.draw(self._acting.at(position, state))
            return self._painter
