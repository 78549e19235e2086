"""The bundle of a presenter on disk, read and checked: `presenter.json` here, `geometry.npz` in `geometry`.

Everything is bounded before it is read, and what is wrong is named with file and field.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelUnavailableError
from models.blendshapes import SHAPE_INDEX, SHAPES

REST: Final = "rest"
MOUTH: Final = "mouth"
EYES: Final = "eyes"
POSE: Final = "pose"

_FORMAT: Final = "visavis-presenter"
_VERSION: Final = 1
_MOST_JSON: Final = 1 << 20
_MOST_KEYS: Final = 31  # the shading keeps a bit for each
_MOST_PLATES: Final = 8
_LONGEST_SIDE: Final = 4096
_FINEST_GRID: Final = 257


class BundleError(ModelUnavailableError):
    """A presenter's bundle cannot be used; the message names the file, the field and what is accepted."""

    def __init__(self, file: Path, field: str, problem: str) -> None:
        super().__init__(f"{file.parent.name}/{file.name}: {field}: {problem}")


@dataclass(frozen=True, slots=True)
class Camera:
    """How model points (units u; right, up, towards the viewer) fall on the canvas (pixels; right, down)."""

    focal: float
    centre: tuple[float, float]
    position: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Crop:
    """A picture file and the part of the canvas that it shows."""

    picture: Path
    origin: tuple[float, float]
    size: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Key:
    """One rendered picture of the person, and the expression and pose that it shows."""

    name: str
    crop: Crop
    sets: frozenset[str]
    """Of `mouth`, `eyes` and `pose`: where its weight is found."""
    weights: NDArray[np.float32]
    """Over SHAPES."""
    yaw: float
    pitch: float
    roll: float
    gaze: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Bundle:
    """What `presenter.json` says."""

    folder: Path
    name: str
    title: str
    canvas: tuple[int, int]
    camera: Camera
    pivot: tuple[float, float, float]
    eye_pivots: tuple[tuple[float, float, float], tuple[float, float, float]]
    """The presenter's own left eye first."""
    grid: tuple[int, int]
    """Columns and rows of the plates' nodes."""
    keys: tuple[Key, ...]
    """`rest` first."""
    plates: tuple[int, ...]
    """Which keys are plates (pictures on a grid over the whole canvas); `rest` first."""
    background: Crop


def read_bundle(folder: Path) -> Bundle:
    """Read and check `presenter.json`; raises BundleError."""
    file = folder / "presenter.json"
    root = _Fields(file, "", _load(file))
    if root.text("format") != _FORMAT or root.whole("version", 0, 1 << 30) != _VERSION:
        raise BundleError(file, "format", f"{_FORMAT!r} of version {_VERSION} is what this engine shows")
    if root.texts("shapes", len(SHAPES)) != list(SHAPES):
        raise BundleError(file, "shapes", "must be the shapes of this engine, in their order")
    width, height = root.numbers("canvas", 2, 64, _LONGEST_SIDE)
    columns, rows = root.numbers("grid", 2, 2, _FINEST_GRID)
    camera = root.part("camera")
    eyes = root.parts("eyes", 2, 2)
    keys = tuple(_key(fields, folder) for fields in root.parts("keys", 1, _MOST_KEYS))
    names = [key.name for key in keys]
    if len(set(names)) != len(names):
        raise BundleError(file, "keys", "names must differ")
    rest = keys[0]
    if rest.name != REST or rest.weights.any() or rest.yaw or rest.pitch or rest.roll or any(rest.gaze):
        raise BundleError(file, "keys[0]", f"must be {REST!r}, without weights and pose")
    if not rest.sets >= {MOUTH, EYES, POSE}:
        raise BundleError(file, "keys[0].sets", f"must hold {MOUTH!r}, {EYES!r} and {POSE!r}")
    plates = root.texts("plates", _MOST_PLATES)
    if not plates or plates[0] != REST or len(set(plates)) != len(plates) or not set(plates) <= set(names):
        raise BundleError(file, "plates", f"must be different names of keys, {REST!r} first")
    return Bundle(
        folder,
        root.text("name"),
        root.text("title"),
        (int(width), int(height)),
        Camera(
            camera.number("focal", 1.0, 1e6),
            _pair(camera.numbers("centre", 2, -1e4, 1e4)),
            _triple(camera.numbers("position", 3, -1e4, 1e4)),
        ),
        _triple(root.part("pose").numbers("pivot", 3, -100.0, 100.0)),
        (_triple(eyes[0].numbers("pivot", 3, -100.0, 100.0)), _triple(eyes[1].numbers("pivot", 3, -100.0, 100.0))),
        (int(columns), int(rows)),
        keys,
        tuple(names.index(name) for name in plates),
        _crop(root.part("background"), folder),
    )


def _load(file: Path) -> object:
    try:
        if file.stat().st_size > _MOST_JSON:
            raise BundleError(file, "size", f"more than {_MOST_JSON} bytes")
        return json.loads(file.read_bytes())
    except OSError as error:
        raise BundleError(file, "file", f"cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise BundleError(file, "file", f"is not JSON ({error})") from error


def _key(fields: "_Fields", folder: Path) -> Key:
    sets = frozenset(fields.texts("sets", 3))
    if not sets or not sets <= {MOUTH, EYES, POSE}:
        raise fields.error("sets", f"accepted are {MOUTH!r}, {EYES!r} and {POSE!r}")
    weights = np.zeros(len(SHAPES), np.float32)
    given = fields.part("weights")
    for shape in given.names():
        if shape not in SHAPE_INDEX:
            raise given.error(shape, "is no shape of this engine")
        weights[SHAPE_INDEX[shape]] = given.number(shape, 0.0, 1.0)
    yaw, pitch, roll = (fields.number(angle, -45.0, 45.0) for angle in ("yaw", "pitch", "roll"))
    gaze = _pair(fields.numbers("gaze", 2, -45.0, 45.0))
    return Key(fields.text("name"), _crop(fields, folder), sets, weights, yaw, pitch, roll, gaze)


def _crop(fields: "_Fields", folder: Path) -> Crop:
    picture = fields.text("picture")
    if not picture or picture.startswith(".") or set(picture) & set("/\\:\0"):
        raise fields.error("picture", "must be a plain file name")
    origin = _pair(fields.numbers("origin", 2, -_LONGEST_SIDE, _LONGEST_SIDE))
    return Crop(folder / picture, origin, _pair(fields.numbers("size", 2, 8, 2 * _LONGEST_SIDE)))


def _pair(values: Iterable[float]) -> tuple[float, float]:
    x, y = values
    return x, y


def _triple(values: Iterable[float]) -> tuple[float, float, float]:
    x, y, z = values
    return x, y, z


class _Fields:
    """An object of the JSON whose fields are taken out with a check each."""

    def __init__(self, file: Path, path: str, value: object) -> None:
        self._file, self._path = file, path
        if not isinstance(value, dict):
            raise BundleError(file, path or "file", "must be an object")
        self._values: dict[str, Any] = value

    def error(self, name: str, problem: str) -> BundleError:
        return BundleError(self._file, self._of(name), problem)

    def names(self) -> list[str]:
        return list(self._values)

    def text(self, name: str) -> str:
        value = self._get(name)
        if not isinstance(value, str) or len(value) > 200:
            raise self.error(name, "must be a text of at most 200 characters")
        return value

    def texts(self, name: str, most: int) -> list[str]:
        value = self._get(name)
        if not isinstance(value, list) or len(value) > most or not all(isinstance(text, str) for text in value):
            raise self.error(name, f"must be a list of at most {most} texts")
        return value

    def number(self, name: str, least: float, most: float) -> float:
        return self._checked(name, self._get(name), least, most)

    def whole(self, name: str, least: int, most: int) -> int:
        return int(self.number(name, least, most))

    def numbers(self, name: str, count: int, least: float, most: float) -> list[float]:
        value = self._get(name)
        if not isinstance(value, list) or len(value) != count:
            raise self.error(name, f"must be a list of {count} numbers")
        return [self._checked(f"{name}[{index}]", number, least, most) for index, number in enumerate(value)]

    def part(self, name: str) -> "_Fields":
        return _Fields(self._file, self._of(name), self._get(name))

    def parts(self, name: str, least: int, most: int) -> "list[_Fields]":
        value = self._get(name)
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise self.error(name, f"must be a list of {least} to {most} objects")
        return [_Fields(self._file, f"{self._of(name)}[{index}]", part) for index, part in enumerate(value)]

    def _of(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _get(self, name: str) -> object:
        if name not in self._values:
            raise self.error(name, "is missing")
        return self._values[name]

    def _checked(self, name: str, value: object, least: float, most: float) -> float:
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
            or not least <= value <= most
        ):
            raise self.error(name, f"must be a number from {least:g} to {most:g}")
        return float(value)
