"""Draws expressions: one picture after the other into the same buffers."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.replica.performance.expression import Expression
from engine.layers.replica.presenter.influence import influence
from engine.layers.replica.presenter.motion import morph, project, rotation, stretch, turn_eyes
from engine.layers.replica.presenter.outline import move_along
from engine.layers.replica.presenter.raster import PER_SIDE, cover_lattice, cover_samples
from engine.layers.replica.presenter.scene import Plate, Scene
from engine.layers.replica.presenter.shading import CELL, compose
from engine.layers.replica.protocol import Picture
from models.blendshapes import SHAPES

_TOUCHING: Final = 0.06  # u between the lips
_PARTED: Final = 0.18
_MOST_LAID: Final = 3  # plates in one picture: the one at rest for the body, and two that the head is between
_FARTHEST: Final = 30.0  # degrees of head or eyes: beyond it there is no picture to show


class Painter:
    """The buffers of one session; not to be used by two threads at once."""

    def __init__(self, scene: Scene, wall: NDArray[np.uint32]) -> None:
        """`wall`: what lies behind the person, as `load_wall` gives it."""
        self._scene = scene
        self._wall = wall
        width, height = scene.framing.width, scene.framing.height
        vertices, keys = scene.visibility.shape
        self._weights = np.zeros(len(SHAPES), np.float32)
        self._points = np.empty((vertices, 3), np.float32)
        self._seen = np.empty((vertices, 3), np.float32)
        self._places = scene.places.copy()
        self._shares = np.empty((vertices, keys + 1), np.float32)
        self._bits = np.empty(vertices, np.uint32)
        self._eye_turn = np.empty((3, 3), np.float32)
        self._turn = np.empty((3, 3), np.float32)
        left, top, right, bottom = scene.window.tolist()
        samples = ((bottom - top) * PER_SIDE, (right - left) * PER_SIDE)
        self._ids = np.zeros(samples, np.uint16)
        self._depths = np.empty(samples, np.float32)
        lattice = (-(-height // CELL) + 1, -(-width // CELL) + 1)
        self._nodes = np.empty((len(scene.plates[0].points), 3), np.float32)
        self._lattices = np.empty((_MOST_LAID, *lattice, 3), np.float32)
        self._lattice_depths = np.empty(lattice, np.float32)
        self._blocks = np.stack([scene.plates[0].blocks] * _MOST_LAID)
        self._plates = np.zeros(_MOST_LAID, np.int32)
        self._plain = np.zeros((lattice[0] - 1, lattice[1] - 1), np.bool_)
        self._cell = np.empty((CELL * CELL, 5), np.float32)
        self.picture: Picture = np.empty((height * 3 // 2, width), np.uint8)
        """The picture that was drawn last."""
        self.mask: NDArray[np.uint8] = np.empty((height, width), np.uint8)
        """Where the person is in it, 255 where opaque."""
        flat = self.picture.reshape(-1)
        half, pixels = (height // 2, width // 2), height * width
        self._luma = self.picture[:height]
        self._blue = flat[pixels : pixels * 5 // 4].reshape(half)
        self._red = flat[pixels * 5 // 4 :].reshape(half)

    @property
    def landmarks(self) -> NDArray[np.float32]:
        """The 68 landmarks of the picture that was drawn last, [68, 2] in its pixels (right, down); also where they are hidden."""
        return self._seen[self._scene.geometry.landmarks, :2]

    def draw(self, expression: Expression) -> Picture:
        """Draw; the array is the same every time."""
        scene, geometry = self._scene, self._scene.geometry
        yaw, pitch, roll = (_bounded(angle) for angle in (expression.yaw, expression.pitch, expression.roll))
        np.clip(np.nan_to_num(expression.weights), 0.0, 1.0, out=self._weights)
        morph(
            geometry.rest.reshape(-1),
            geometry.shape_deltas.reshape(len(SHAPES), -1),
            geometry.shape_scales,
            self._weights,
            self._points.reshape(-1),
        )
        gaze = (_bounded(expression.gaze_x - yaw), _bounded(expression.gaze_y - pitch))
        rotation(*gaze, 0.0, self._eye_turn)
        turn_eyes(self._points, geometry.region, scene.eye_pivots, self._eye_turn)
        rotation(yaw, pitch, roll, self._turn)
        project(self._points, geometry.pose_follow, scene.pivot, self._turn, scene.view, self._seen)
        edge = scene.outline
        move_along(edge.vertices, edge.ways, edge.parts(yaw, pitch, roll), scene.places, self._places)
        shares = scene.key_weights.find(self._weights, yaw, gaze)
        influence(
            shares.mouth, shares.eyes, shares.mouth_is, shares.eyes_are, shares.turned, self._closed(), scene.helpers,
            geometry.upper, geometry.region, scene.visibility, scene.still, self._shares, self._bits,
        )  # fmt: skip
        cover_samples(geometry.triangles, self._seen, scene.window, self._ids, self._depths)
        count = self._lay_plates(shares.turned, min(1.0, max(0.0, expression.breath)))
        compose(
            geometry.triangles, scene.regions, self._seen, geometry.cover, self._shares, self._bits, self._places,
            scene.textures.texels, scene.textures.places, scene.window, self._ids, self._depths,
            self._plates[:count], self._lattices, self._blocks, self._wall, self._cell, self._plain,
            self._luma, self._blue, self._red, self.mask,
        )  # fmt: skip
        return self.picture

    def _closed(self) -> float:
        # How nearly the lips touch (0..1): by how much farther from each other than at rest they are where they are farthest.
        upper, lower = self._points[self._scene.upper_lip], self._points[self._scene.lower_lip]
        parted = float((np.linalg.norm(upper - lower, axis=1) - self._scene.lips_at_rest).max())
        return min(1.0, max(0.0, (_PARTED - parted) / (_PARTED - _TOUCHING)))

    def _lay_plates(self, turned: NDArray[np.float32], breath: float) -> int:
        # The rest plate, and instead of what of it follows the head the turned ones whose turn it is.
        plates, count = self._scene.plates, 1
        self._lay(0, plates[0], breath)
        left = self._lattices[0, :, :, 2]
        left.fill(1.0)
        for plate in plates[1:]:
            share = float(turned[plate.key])
            if share > 0.0:
                self._lay(count, plate, breath)
                part = self._lattices[count, :, :, 2]
                np.clip(part, 0.0, 1.0, out=part)
                np.multiply(part, share, out=part)
                np.subtract(left, part, out=left)
                count += 1
        return count

    def _lay(self, number: int, plate: Plate, breath: float) -> None:
        scene, geometry = self._scene, self._scene.geometry
        project(plate.points, plate.follow, scene.pivot, self._turn, scene.view, self._nodes)
        stretch(
            self._nodes, plate.vertex, plate.stretch, geometry.rest, plate.breath, breath * scene.framing.scale,
            geometry.pose_follow, scene.pivot, self._turn, scene.view, self._seen,
        )  # fmt: skip
        cover_lattice(
            self._nodes, plate.values, plate.columns, float(CELL), self._lattices[number], self._lattice_depths
        )
        self._plates[number] = plate.key
        self._blocks[number] = plate.blocks


def _bounded(degrees: float) -> float:
    return min(_FARTHEST, max(-_FARTHEST, degrees)) if degrees == degrees else 0.0  # a NaN is nothing
