"""Where the 68 landmarks of a presenter's face are for an expression: the live engine's own geometry, for 68 vertices."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.replica.performance.expression import Expression
from engine.layers.replica.presenter.bundle import read_bundle
from engine.layers.replica.presenter.framing import framed
from engine.layers.replica.presenter.geometry import read_geometry
from engine.layers.replica.presenter.motion import lens, morph, project, rotation, turn_eyes
from models.blendshapes import SHAPES

LANDMARKS: Final = 68
_LEFT_CORNER, _RIGHT_CORNER = 36, 45  # the eyes' outer corners, from the picture's left
_NOSE, _CHIN = 33, 8
_UPPER_LIP: Final = [61, 62, 63]
_LOWER_LIP: Final = [67, 66, 65]
_MOUTH: Final = slice(48, 68)


@dataclass(frozen=True, slots=True)
class Face:
    """The measures of one drawn face."""

    places: NDArray[np.float32]
    """[68, 2], pixels from the picture's upper left corner; the middle of the first pixel is (0.5, 0.5)."""
    jaw_opening: float
    """Units u: how much farther than at rest the chin is from the nose, turned or not."""
    lip_parting: float
    """Units u: how much farther than at rest the lips' inner edges are apart (mean of three places); about 0 when they touch."""


class Landmarks:
    """A presenter's landmarks at one size of picture."""

    def __init__(self, folder: Path, width: int, height: int) -> None:
        """Read a bundle; raises BundleError, and InvalidInputError for a size that cannot be drawn."""
        bundle = read_bundle(folder)
        geometry = read_geometry(bundle)
        chosen = geometry.landmarks
        self._rest = np.ascontiguousarray(geometry.rest[chosen])
        self._deltas = np.ascontiguousarray(geometry.shape_deltas[:, chosen])
        self._scales = geometry.shape_scales
        self._follow = np.ascontiguousarray(geometry.pose_follow[chosen])
        self._region = np.ascontiguousarray(geometry.region[chosen])
        self._eye_pivots = np.array(bundle.eye_pivots, np.float32)
        self._pivot = np.array(bundle.pivot, np.float32)
        self._view = lens(bundle.camera, framed(bundle, width, height))
        self._points = np.empty_like(self._rest)
        self._jaw_at_rest, self._lips_at_rest = self._jaw(self._rest), self._lips(self._rest)
        self.eye_distance: Final = float(np.linalg.norm(self._rest[_LEFT_CORNER] - self._rest[_RIGHT_CORNER]))
        """Units u between the eyes' outer corners at rest."""

    def of(self, expression: Expression) -> Face:
        """Measure an expression as the live engine draws it."""
        weights = np.clip(expression.weights, 0.0, 1.0).astype(np.float32)
        deltas = self._deltas.reshape(len(SHAPES), -1)
        morph(self._rest.reshape(-1), deltas, self._scales, weights, self._points.reshape(-1))
        jaw, lips = self._jaw(self._points), self._lips(self._points)
        turn = np.empty((3, 3), np.float32)
        rotation(expression.gaze_x - expression.yaw, expression.gaze_y - expression.pitch, 0.0, turn)
        turn_eyes(self._points, self._region, self._eye_pivots, turn)
        rotation(expression.yaw, expression.pitch, expression.roll, turn)
        seen = np.empty_like(self._points)
        project(self._points, self._follow, self._pivot, turn, self._view, seen)
        return Face(seen[:, :2].copy(), jaw - self._jaw_at_rest, lips - self._lips_at_rest)

    @staticmethod
    def _jaw(points: NDArray[np.float32]) -> float:
        return float(np.linalg.norm(points[_CHIN] - points[_NOSE]))

    @staticmethod
    def _lips(points: NDArray[np.float32]) -> float:
        return float(np.linalg.norm(points[_UPPER_LIP] - points[_LOWER_LIP], axis=1).mean())


def mouth_box(places: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the box (left, top, right, bottom) round the lips of landmarks [..., 68, 2]: [..., 4]."""
    mouth = places[..., _MOUTH, :]
    return np.concatenate([mouth.min(-2), mouth.max(-2)], -1)
