"""A stock presenter behind the Replica protocol."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInputError
from engine.layers.replica.performance.expression import Expression
from engine.layers.replica.presenter.painter import Painter
from engine.layers.replica.presenter.pictures import Colour
from engine.layers.replica.presenter.scene import Scene
from engine.layers.replica.protocol import FaceSpeech, Picture, ReplicaState
from models.blendshapes import SHAPES

GREEN_SCREEN: Final[Colour] = (0, 177, 64)
"""The usual chroma-key green."""


class Acting(Protocol):
    """What moves a face: `engine.layers.replica.performance.performance.Performance`, or a test's own.

    `say`, `silence_from` and `feel` may be called from another thread than `at`.
    """

    def say(self, speech: FaceSpeech) -> None:
        """Schedule the mouth for a clause."""

    def silence_from(self, position: int) -> None:
        """Drop all speech from this media sample on."""

    def feel(self, emotion: str, position: int) -> None:
        """Show an emotion from this media sample on."""

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
        backdrop: Colour | None = None,
    ) -> None:
        """Read the bundle in `folder` and draw a first picture, so that no call waits for code being compiled.

        `width` and `height`: even, 128..2048; `frames_per_second`: 1..60; `backdrop`: a plain colour behind the person (`GREEN_SCREEN`)
        instead of the presenter's own background. Raises InvalidInputError for anything else, BundleError for a bundle that cannot be used.
        """
        if not 1 <= frames_per_second <= 60:
            raise InvalidInputError("frames_per_second", frames_per_second, "1 to 60")
        if backdrop is not None and not all(0 <= channel <= 255 for channel in backdrop):
            raise InvalidInputError("backdrop", backdrop, "red, green and blue from 0 to 255")
        self._scene = Scene(folder, width, height, backdrop)
        self._actor = actor
        self.width = width
        self.height = height
        self.frames_per_second = frames_per_second
        self.name = self._scene.bundle.name
        self.title = self._scene.bundle.title
        # Turned, so that the code for turned plates is there too.
        Painter(self._scene).draw(Expression(np.zeros(len(SHAPES), np.float32), yaw=5.0))

    def open_session(self, seed: int) -> "PresenterSession":
        """Start a face; `seed` makes its movements repeatable."""
        return PresenterSession(Painter(self._scene), self._actor(seed))

    def painter(self) -> Painter:
        """Return buffers of their own, to draw expressions that no acting gives: thumbnails, contact sheets, footage."""
        return Painter(self._scene)


class PresenterSession:
    """One presenter in one conversation."""

    def __init__(self, painter: Painter, acting: Acting) -> None:
        self._painter: Painter | None = painter
        self._acting = acting
        self._drawing = threading.Lock()

    def say(self, speech: FaceSpeech) -> None:
        """Schedule the mouth for a clause."""
        self._acting.say(speech)

    def silence_from(self, position: int) -> None:
        """Drop all speech from this media sample on."""
        self._acting.silence_from(position)

    def feel(self, emotion: str, position: int) -> None:
        """Show an emotion from this media sample on."""
        self._acting.feel(emotion, position)

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
