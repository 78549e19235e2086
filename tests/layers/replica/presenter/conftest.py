"""The figure on disk, written once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.layers.audio import Samples
from engine.layers.replica.performance.expression import Expression
from engine.layers.replica.presenter.replica import PresenterReplica
from engine.layers.replica.protocol import FaceSpeech, ReplicaState
from models.blendshapes import SHAPE_INDEX, SHAPES
from tests.layers.replica.presenter.figure import CANVAS, Figure, finished, written

Description: TypeAlias = dict[str, Any]
Arrays: TypeAlias = dict[str, NDArray[Any]]


class Still:
    """Acting that always shows the expression it was given, and remembers what it was told."""

    def __init__(self, expression: Expression) -> None:
        self.expression = expression
        self.told: list[object] = []

    def say(self, speech: FaceSpeech) -> None:
        self.told.append(speech)

    def silence_from(self, position: int) -> None:
        self.told.append(position)

    def hear_sound(self, start: int, samples: Samples, *, more: bool = False) -> None:
        self.told.append((start, samples.size))

    def feel(self, emotion: str, position: int, strength: float = 1.0) -> None:
        self.told.append((emotion, position, strength))

    def attend(self, position: int) -> None:
        self.told.append(("pause", position))

    def at(self, position: int, state: ReplicaState) -> Expression:
        self.told.append((position, state))
        return self.expression


def face(
    shapes: dict[str, float] | None = None,
    *,
    yaw: float = 0.0,
    pitch: float = 0.0,
    roll: float = 0.0,
    gaze: tuple[float, float] = (0.0, 0.0),
    breath: float = 0.0,
) -> Expression:
    weights = np.zeros(len(SHAPES), np.float32)
    for name, value in (shapes or {}).items():
        weights[SHAPE_INDEX[name]] = value
    return Expression(weights, yaw, pitch, roll, *gaze, breath)


@pytest.fixture(scope="session")
def figure() -> Figure:
    return Figure()


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Description, Arrays]:
    """The folder with the figure's pictures, and what is to be written into its two other files."""
    folder = tmp_path_factory.mktemp("presenters") / "figure"
    return folder, *written(folder)


@pytest.fixture(scope="session")
def folder(parts: tuple[Path, Description, Arrays]) -> Path:
    return finished(*parts)


@pytest.fixture(scope="session")
def presenter(folder: Path) -> PresenterReplica:
    """The figure in its canvas' own size, so that a pixel is a pixel of its pictures."""
    return PresenterReplica(folder, lambda _: Still(face()), *CANVAS)


@pytest.fixture
def altered(parts: tuple[Path, Description, Arrays], tmp_path: Path) -> Callable[[Description, Arrays], Path]:
    """Writes the figure with other fields and arrays (None leaves one out) beside links to its pictures."""
    source, description, arrays = parts

    def write(fields: Description, changes: Arrays) -> Path:
        target = tmp_path / "figure"
        target.mkdir()
        for picture in source.glob("*.webp"):
            (target / picture.name).symlink_to(picture)
        told = {name: value for name, value in (description | fields).items() if value is not None}
        return finished(target, told, {name: value for name, value in (arrays | changes).items() if value is not None})

    return write
