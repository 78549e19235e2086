"""The arrays of a presenter (`geometry.npz`), read without pickles and with every size known beforehand."""

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from engine.layers.replica.presenter.bundle import Bundle, BundleError
from models.blendshapes import SHAPES

SKIN: Final = 0
TEETH: Final = 1
SOCKET: Final = 4
LEFT_EYE: Final = 5
RIGHT_EYE: Final = 6

_LAST_REGION: Final = 7
_MOST_VERTICES: Final = 65_535
_MOST_TRIANGLES: Final = 65_534  # a sample keeps triangle + 1 in 16 bits
_NEAREST: Final = 5.0  # u from the camera: a head that comes nearer is an error


@dataclass(frozen=True, slots=True)
class Geometry:
    """The mesh, its shapes, its visibility in each key, and the grids of the plates; shares are 0..255."""

    triangles: NDArray[np.uint16]
    rest: NDArray[np.float32]
    shape_deltas: NDArray[np.int8]
    shape_scales: NDArray[np.float32]
    pose_follow: NDArray[np.uint8]
    cover: NDArray[np.uint8]
    upper: NDArray[np.uint8]
    region: NDArray[np.uint8]
    visibility: NDArray[np.uint8]
    landmarks: NDArray[np.uint16]
    plate_points: NDArray[np.float32]
    plate_uv: NDArray[np.float32]
    plate_follow: NDArray[np.uint8]
    plate_vertex: NDArray[np.uint16]
    plate_stretch: NDArray[np.uint8]
    plate_breath: NDArray[np.float32]


def read_geometry(bundle: Bundle) -> Geometry:
    """Read and check the arrays that belong to a bundle; raises BundleError."""
    file = bundle.folder / "geometry.npz"
    try:
        with zipfile.ZipFile(file) as archive:
            reader = _Reader(file, archive)
            arrays = _read(reader, bundle)
    except OSError as error:
        raise BundleError(file, "file", f"cannot be read ({error.strerror or error})") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BundleError(file, "file", f"is damaged ({error})") from error
    geometry = Geometry(**arrays)
    _check(file, bundle, geometry)
    return geometry


def _read(reader: "_Reader", bundle: Bundle) -> dict[str, Any]:
    vertices = reader.length("rest", _MOST_VERTICES)
    triangles = reader.length("triangles", _MOST_TRIANGLES)
    plates, nodes = len(bundle.plates), bundle.grid[0] * bundle.grid[1]
    wanted: Mapping[str, tuple[type[np.generic], tuple[int, ...]]] = {
        "triangles": (np.uint16, (triangles, 3)),
        "rest": (np.float32, (vertices, 3)),
        "shape_deltas": (np.int8, (len(SHAPES), vertices, 3)),
        "shape_scales": (np.float32, (len(SHAPES),)),
        "pose_follow": (np.uint8, (vertices,)),
        "cover": (np.uint8, (vertices,)),
        "upper": (np.uint8, (vertices,)),
        "region": (np.uint8, (vertices,)),
        "visibility": (np.uint8, (len(bundle.keys), vertices)),
        "landmarks": (np.uint16, (68,)),
        "plate_points": (np.float32, (plates, nodes, 3)),
        "plate_uv": (np.float32, (plates, nodes, 2)),
        "plate_follow": (np.uint8, (plates, nodes)),
        "plate_vertex": (np.uint16, (plates, nodes)),
        "plate_stretch": (np.uint8, (plates, nodes)),
        "plate_breath": (np.float32, (plates, nodes, 2)),
    }
    return {name: reader.array(name, dtype, shape) for name, (dtype, shape) in wanted.items()}


def _check(file: Path, bundle: Bundle, geometry: Geometry) -> None:
    vertices = len(geometry.rest)
    for name in ("triangles", "landmarks", "plate_vertex"):
        last = int(getattr(geometry, name).max())
        if last >= vertices:
            raise BundleError(file, name, f"vertex {last} is not among the {vertices} of `rest`")
    for name, most in (
        ("rest", 1e3),
        ("shape_scales", 1e2),
        ("plate_points", 1e3),
        ("plate_uv", 1e4),
        ("plate_breath", 1e3),
    ):
        # A NaN makes the comparison false, so it is refused too.
        if not bool(np.all(np.abs(getattr(geometry, name)) <= most)):
            raise BundleError(file, name, f"must be finite and at most {most:g}")
    if geometry.region.max() > _LAST_REGION:
        raise BundleError(file, "region", f"{geometry.region.max()} is none of 0 to {_LAST_REGION}")
    eye = bundle.camera.position[2]
    for name, points in (("rest", geometry.rest), ("plate_points", geometry.plate_points)):
        if eye - float(points[..., 2].max()) < _NEAREST:
            raise BundleError(file, name, f"reaches nearer than {_NEAREST:g} to the camera or behind it")


class _Reader:
    """Takes arrays out of the archive once their header is what is expected."""

    def __init__(self, file: Path, archive: zipfile.ZipFile) -> None:
        self._file, self._archive = file, archive

    def length(self, name: str, most: int) -> int:
        """Return the first axis of an array, from 1 to `most`."""
        with self._open(name) as stream:
            shape, _, _ = self._header(name, stream)
        if not shape or not 1 <= shape[0] <= most:
            raise BundleError(self._file, name, f"shape {shape} must begin with 1 to {most}")
        return shape[0]

    def array(self, name: str, dtype: type[np.generic], shape: tuple[int, ...]) -> NDArray[Any]:
        wanted = np.dtype(dtype)
        with self._open(name) as stream:
            found_shape, found, fortran = self._header(name, stream)
            if found != wanted or found_shape != shape:
                raise BundleError(self._file, name, f"is {found}{list(found_shape)}, must be {wanted}{list(shape)}")
            size = wanted.itemsize * int(np.prod(shape))
            data = stream.read(size)
        if len(data) != size:
            raise BundleError(self._file, name, "is cut short")
        # Writable like every other array of the frame path: compiled code is made anew for what is read-only.
        array = np.frombuffer(bytearray(data), wanted)
        return np.ascontiguousarray(array.reshape(shape[::-1]).T) if fortran else array.reshape(shape)

    def _open(self, name: str) -> IO[bytes]:
        try:
            return self._archive.open(f"{name}.npy")
        except KeyError:
            raise BundleError(self._file, name, "is missing") from None

    def _header(self, name: str, stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any], bool]:
        try:
            version = npy.read_magic(stream)
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, fortran, dtype = read(stream)
        except ValueError as error:
            raise BundleError(self._file, name, f"is no array ({error})") from error
        return shape, dtype, fortran
