"""A presenter made ready for one size of picture: what all its sessions share and none changes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.replica.presenter.bundle import POSE, Bundle, read_bundle
from engine.layers.replica.presenter.framing import Framing, framed
from engine.layers.replica.presenter.geometry import SKIN, Geometry, read_geometry
from engine.layers.replica.presenter.key_weights import KeyWeights
from engine.layers.replica.presenter.motion import lens, morph, project, rotation, turn_eyes
from engine.layers.replica.presenter.outline import outline
from engine.layers.replica.presenter.pictures import Textures, load_textures
from engine.layers.replica.presenter.shading import block_count, occupied_blocks
from models.blendshapes import SHAPE_INDEX, SHAPES

Floats = NDArray[np.float32]

_RING: Final = 64.0  # canvas pixels by which a plate goes on beyond its picture, as at its edge
_ROOM: Final = 0.22  # of the mesh's width and height, by which it may leave its place at rest
_LIPS: Final = slice(48, 68)  # of the 68 landmarks
_WIDEST: Final = ("jawOpen", "mouthStretch_L", "mouthStretch_R")
_MOUTH_ROOM: Final = 0.1  # of the lips' width and height
_UNMOVED: Final = 0.03  # u by which a vertex may be moved that still looks as at rest
_MOVED: Final = 0.3
_UPPER_LIP: Final = [61, 62, 63]  # of the 68 landmarks: the lips' inner edges, from the picture's left
_LOWER_LIP: Final = [67, 66, 65]
_TURNED_BY: Final = 4.0  # a turned plate counts fully where a node follows the head by a quarter


@dataclass(frozen=True, slots=True)
class Plate:
    """One whole picture on its grid of nodes, with a ring of nodes round it."""

    key: int
    columns: int
    points: Floats
    values: Floats
    """Texel (x, y), and how much of the turned plate is to be seen here when the head is turned."""
    follow: NDArray[np.uint8]
    vertex: NDArray[np.uint16]
    stretch: NDArray[np.uint8]
    breath: Floats
    blocks: NDArray[np.bool_]


class Scene:
    """A presenter at one size."""

    def __init__(self, folder: Path, width: int, height: int) -> None:
        """Read a bundle; raises BundleError, and InvalidInputError for a size that `framed` refuses."""
        self.bundle: Final[Bundle] = read_bundle(folder)
        self.framing: Final[Framing] = framed(self.bundle, width, height)
        geometry: Final = read_geometry(self.bundle)
        self.geometry: Final[Geometry] = geometry
        self.textures: Final[Textures] = load_textures(self.bundle, self.framing)
        self.key_weights: Final = KeyWeights(self.bundle, geometry)
        self.view: Final = lens(self.bundle.camera, self.framing)
        self.pivot: Final = np.array(self.bundle.pivot, np.float32)
        self.eye_pivots: Final = np.array(self.bundle.eye_pivots, np.float32)
        self.visibility: Final = np.ascontiguousarray(geometry.visibility.T)
        self.helpers: Final = np.array(
            [float(index == 0 or not key.yaw) for index, key in enumerate(self.bundle.keys)], np.float32
        )
        self.upper_lip: Final = geometry.landmarks[_UPPER_LIP]
        self.lower_lip: Final = geometry.landmarks[_LOWER_LIP]
        self.lips_at_rest: Final = np.linalg.norm(geometry.rest[self.upper_lip] - geometry.rest[self.lower_lip], axis=1)
        self.regions: Final = np.ascontiguousarray(geometry.region[geometry.triangles[:, 0]])
        self.places: Final = self._places()
        self.still: Final = self._still()
        self.window: Final = self._window()
        self.outline: Final = outline(
            self.bundle, geometry, self.textures.mapping, self.pivot, self.view, self.framing.scale
        )
        self.mouth_box: Final = self._mouth_box()
        self.plates: Final = [self._plate(number) for number in range(len(self.bundle.plates))]

    def _places(self) -> Floats:
        """Return where each vertex lies in each key's picture and in the dark one after them, [V, K + 1, 2] in texels."""
        geometry, bundle = self.geometry, self.bundle
        canvas = lens(bundle.camera, Framing(*bundle.canvas, 0.0, 0.0, 1.0))
        posed, seen = np.empty_like(geometry.rest), np.empty_like(geometry.rest)
        turn = np.empty((3, 3), np.float32)
        places = np.zeros((len(posed), len(bundle.keys) + 1, 2), np.float32)
        for index, key in enumerate(bundle.keys):
            self._shape(key.weights, posed)
            rotation(key.gaze[0] - key.yaw, key.gaze[1] - key.pitch, 0.0, turn)
            turn_eyes(posed, geometry.region, self.eye_pivots, turn)
            rotation(key.yaw, key.pitch, key.roll, turn)
            project(posed, geometry.pose_follow, self.pivot, turn, canvas, seen)
            mapping = self.textures.mapping[index]
            places[:, index] = seen[:, :2] * mapping[:2] + mapping[2:]
        return places

    def _shape(self, weights: Floats, out: Floats) -> None:
        """Write where the vertices lie with an expression, before pose and gaze, [V, 3]."""
        geometry = self.geometry
        shapes = geometry.shape_deltas.reshape(len(SHAPES), -1)
        morph(geometry.rest.reshape(-1), shapes, geometry.shape_scales, weights, out.reshape(-1))

    def _still(self) -> NDArray[np.uint8]:
        """Return how nearly a key's expression leaves each vertex of the skin where it is at rest, [V, K]; 0 for poses."""
        geometry, bundle = self.geometry, self.bundle
        still = np.zeros((len(geometry.rest), len(bundle.keys)), np.uint8)
        posed = np.empty_like(geometry.rest)
        skin = geometry.region == SKIN
        for index, key in enumerate(bundle.keys):
            if POSE in key.sets:
                continue
            self._shape(key.weights, posed)
            away = np.linalg.norm(posed - geometry.rest, axis=1)
            still[skin, index] = np.clip(255.0 * (_MOVED - away[skin]) / (_MOVED - _UNMOVED), 0.0, 255.0)
        return still

    def _window(self) -> NDArray[np.int32]:
        """Return the part of the picture that the mesh may ever reach."""
        seen = np.empty_like(self.geometry.rest)
        project(self.geometry.rest, self.geometry.pose_follow, self.pivot, np.eye(3, dtype=np.float32), self.view, seen)
        low, high = seen[:, :2].min(0), seen[:, :2].max(0)
        room = _ROOM * (high - low)
        size = np.array((self.framing.width, self.framing.height))
        first = np.clip(low - room, 0, size).astype(np.int32) // 2 * 2
        last = np.clip(high + room + 2.0, first + 2, size).astype(np.int32) // 2 * 2
        return np.concatenate([first, last]).astype(np.int32)

    def _mouth_box(self) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom of the lips at rest, with room for where the widest open mouth reaches."""
        geometry = self.geometry
        weights = np.zeros(len(SHAPES), np.float32)
        weights[[SHAPE_INDEX[name] for name in _WIDEST]] = 1.0
        posed, seen = np.empty_like(geometry.rest), np.empty_like(geometry.rest)
        places = []
        for share in (0.0, 1.0):
            self._shape(share * weights, posed)
            project(posed, geometry.pose_follow, self.pivot, np.eye(3, dtype=np.float32), self.view, seen)
            places.append(seen[geometry.landmarks[_LIPS], :2])
        reached = np.concatenate(places)
        low, high = reached.min(0), reached.max(0)
        room = _MOUTH_ROOM * (high - low)
        last = np.array((self.framing.width, self.framing.height))
        left, top = np.clip(np.floor(low - room), 0, last - 1).astype(int).tolist()
        right, bottom = np.clip(np.ceil(high + room), 1, last).astype(int).tolist()
        return left, top, right, bottom

    def _plate(self, number: int) -> Plate:
        geometry, bundle = self.geometry, self.bundle
        key, (columns, rows) = bundle.plates[number], bundle.grid
        order = np.pad(np.arange(columns * rows).reshape(rows, columns), 1, mode="edge").reshape(-1)
        away_x = np.tile(np.pad(np.zeros(columns), 1, constant_values=(-_RING, _RING)), rows + 2)
        away_y = np.repeat(np.pad(np.zeros(rows), 1, constant_values=(-_RING, _RING)), columns + 2)
        points = geometry.plate_points[number][order]
        units = (bundle.camera.position[2] - points[:, 2]) / bundle.camera.focal
        points[:, 0] += (away_x * units).astype(np.float32)
        points[:, 1] -= (away_y * units).astype(np.float32)
        canvas = geometry.plate_uv[number][order] + np.stack([away_x, away_y], 1).astype(np.float32)
        mapping = self.textures.mapping[key]
        follow = geometry.plate_follow[number][order]
        turned = np.minimum(1.0, _TURNED_BY / 255.0 * follow.astype(np.float32))
        sizes = self.textures.places
        # All plates have as many blocks, whatever their pictures' sizes.
        blocks = np.zeros([block_count(int(sizes[list(bundle.plates), side].max())) for side in (2, 1)], np.bool_)
        first, width, height = sizes[key].tolist()
        occupied_blocks(self.textures.texels, first, width, height, blocks)
        return Plate(
            key,
            columns + 2,
            points,
            np.column_stack([canvas * mapping[:2] + mapping[2:], turned]).astype(np.float32),
            follow,
            geometry.plate_vertex[number][order],
            geometry.plate_stretch[number][order],
            geometry.plate_breath[number][order],
            blocks,
        )
