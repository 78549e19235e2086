"""The figure of the presenter's tests, with landmarks that open its mouth, and a voice that is always here."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.footage.rendering import Files, Order, render_footage
from engine.layers.cancel import CancelToken
from engine.layers.tts.basic_voice import BasicVoice
from engine.layers.tts.protocol import SpokenClause, Voice
from engine.layers.tts.style import NATURAL, SpeakingStyle
from tests.layers.replica.presenter.figure import CANVAS, Figure, finished, written

CHIN, NOSE = 8, 33


@dataclass(frozen=True)
class Shot:
    """A footage that was rendered."""

    files: Files
    notes: dict[str, Any]
    truth: dict[str, NDArray[Any]]


@pytest.fixture(scope="session")
def figure() -> Figure:
    return Figure()


@pytest.fixture(scope="session")
def landmarks() -> NDArray[np.uint16]:
    """Vertices of the figure's face; the chin is on its lower lip, the nose on its upper one."""
    figure = Figure()
    found = (np.arange(68) * 20 + 1740).astype(np.uint16)
    found[[61, 62, 63]], found[[67, 66, 65]] = figure.upper_lip[[26, 28, 30]], figure.lower_lip[[26, 28, 30]]
    found[NOSE], found[CHIN] = figure.upper_lip[28], figure.lower_lip[28]
    return found


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, landmarks: NDArray[np.uint16]) -> Path:
    place = tmp_path_factory.mktemp("presenters") / "figure"
    description, arrays = written(place)
    return finished(place, description, arrays | {"landmarks": landmarks})


class Remembering:
    """The basic voice, which is never quite the same, saying each text always as it said it first."""

    def __init__(self) -> None:
        self._voice = BasicVoice()
        self.name, self.language, self.basic = self._voice.name, self._voice.language, self._voice.basic
        self._said: dict[str, SpokenClause] = {}

    def speak(self, text: str, *, style: SpeakingStyle = NATURAL, cancel: CancelToken | None = None) -> SpokenClause:
        if text not in self._said:
            self._said[text] = self._voice.speak(text, style=style, cancel=cancel)
        return self._said[text]


@pytest.fixture(scope="session")
def voice() -> Voice:
    return Remembering()


@pytest.fixture(scope="session")
def order(folder: Path, voice: Voice) -> Callable[..., Order]:
    def of(seconds: float = 2.0, *, seed: int = 3, webcam: bool = False) -> Order:
        return Order(folder, None, "own", "Figure", voice, seconds, *CANVAS, seed, webcam)

    return of


@pytest.fixture(scope="session")
def shoot(order: Callable[..., Order], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Shot]:
    def rendered(seconds: float = 2.0, *, seed: int = 3, webcam: bool = False) -> Shot:
        video = tmp_path_factory.mktemp("footage") / "figure.mp4"
        notes = render_footage(order(seconds, seed=seed, webcam=webcam), video)
        files = Files.beside(video)
        with np.load(files.truth, allow_pickle=False) as arrays:
            return Shot(files, notes, dict(arrays))

    return rendered


@pytest.fixture(scope="session")
def clean(shoot: Callable[..., Shot]) -> Shot:
    """Two seconds, half of it speech."""
    return shoot()


@pytest.fixture(scope="session")
def filmed(shoot: Callable[..., Shot]) -> Shot:
    """The same by a webcam."""
    return shoot(webcam=True)
