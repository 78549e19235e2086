"""The face mesh: 468 points on a face that was found."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.perception.face_detection import Face
from engine.layers.perception.network import Network
from engine.layers.perception.region import Region, RgbPicture

MODEL: Final = "face-mesh-468"
"""Its name in the catalogue."""
POINTS: Final = 468
INNER_LIPS: Final = ((82, 87), (13, 14), (312, 317))
"""Points of the upper and the lower lip's inner edge that lie over each other: left of the middle, middle, right of it."""
MOUTH_CORNERS: Final = (78, 308)
"""Of the inner lips, on the picture's left and right."""
OUTER_EYES: Final = (33, 263)
"""Outer corners of the eyes, on the picture's left and right."""
_FILE: Final = "face_landmark.tflite"
_SIDE: Final = 192
_ROOM: Final = 1.5  # of the box's longer side: the network was taught on such squares

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FaceMesh:
    """The points of one face."""

    points: Floats
    """[468, 3]: pixels from the picture's upper left corner, and depth in the same unit (smaller is nearer)."""
    score: float
    """0..1: how surely there is a face at all."""

    def opening(self) -> float:
        """How far the lips' inner edges are apart, in shares of the distance between the outer corners of the eyes."""
        gaps = [float(np.linalg.norm(self.points[low, :2] - self.points[high, :2])) for high, low in INNER_LIPS]
        left, right = OUTER_EYES
        return sum(gaps) / len(gaps) / float(np.linalg.norm(self.points[left] - self.points[right]))


class FaceMesher:
    """Lays the mesh over faces; used by one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Load the network from the model's folder; raises ModelUnavailableError."""
        self._network = Network(folder / _FILE, _SIDE, ((1, 1, 1, 3 * POINTS), (1, 1, 1, 1)))

    def lay(self, picture: RgbPicture, region: Region) -> FaceMesh:
        """Return the mesh of the face in a square of the picture: `region_of` a face, or `region_round` the frame before."""
        points, logit = self._network.run(region.sampled(picture, _SIDE) / np.float32(255.0))
        places = points.reshape(POINTS, 3).astype(np.float64) / _SIDE
        depth = places[:, 2:] * region.side
        score = 1.0 / (1.0 + math.exp(-float(np.clip(logit.reshape(()), -100.0, 100.0))))
        return FaceMesh(np.concatenate([region.points(places[:, :2]), depth], axis=1), score)


def region_of(face: Face) -> Region:
    """The square for a face that was found: upright after its eyes, half as large again as its box."""
    left, top, right, bottom = face.box
    turn = face.keypoints[1] - face.keypoints[0]
    side = _ROOM * max(right - left, bottom - top)
    return Region((left + right) / 2.0, (top + bottom) / 2.0, side, math.atan2(float(turn[1]), float(turn[0])))


def region_round(mesh: FaceMesh) -> Region:
    """The square for the next frame of a film, from this one's mesh: steadier than finding the face anew."""
    first, last = (mesh.points[index, :2] for index in OUTER_EYES)
    angle = math.atan2(float(last[1] - first[1]), float(last[0] - first[0]))
    cos, sin = math.cos(angle), math.sin(angle)
    upright = mesh.points[:, :2] @ np.array([[cos, -sin], [sin, cos]])
    low, high = upright.min(axis=0), upright.max(axis=0)
    u, v = (low + high) / 2.0
    side = _ROOM * float((high - low).max())
    return Region(float(u * cos - v * sin), float(u * sin + v * cos), side, angle)
