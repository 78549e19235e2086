"""BlazeFace (short range): where faces are in a picture, and how surely.

The network looks at the whole picture at 128x128, so it finds faces from about a tenth of the picture's longer side upwards.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.perception.network import Network
from engine.layers.perception.region import Region, RgbPicture

MODEL: Final = "blazeface-short-range"
"""Its name in the catalogue."""
_FILE: Final = "face_detection_short_range.tflite"
_SIDE: Final = 128
_ANCHORS: Final = 896
_GRIDS: Final = ((16, 2), (8, 6))
"""Cells a side, and anchors in each cell."""
_SAME_FACE: Final = 0.3  # share of overlap from which two boxes are one face

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Face:
    """A face that was found; places are pixels from the picture's upper left corner."""

    score: float
    """0..1."""
    box: tuple[float, float, float, float]
    """Left, top, right, bottom: from above the brows to the chin."""
    keypoints: Floats
    """[6, 2]: the eye on the picture's left, the one on its right, tip of the nose, middle of the mouth, the tragion on the picture's left,
    the one on its right."""


class FaceDetector:
    """Finds faces; used by one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Load the network from the model's folder; raises ModelUnavailableError."""
        self._network = Network(folder / _FILE, _SIDE, ((1, _ANCHORS, 16), (1, _ANCHORS, 1)))
        self._anchors = anchors()

    def find(self, picture: RgbPicture, least: float = 0.5, region: Region | None = None) -> list[Face]:
        """Return the faces with a score of at least `least`, the surest first, in the whole picture or in a square of it."""
        if region is None:
            height, width = picture.shape[:2]
            region = Region(width / 2.0, height / 2.0, float(max(height, width)))
        boxes, logits = self._network.run(region.sampled(picture, _SIDE) / np.float32(127.5) - np.float32(1.0))
        scores = 1.0 / (1.0 + np.exp(-np.clip(logits[0, :, 0].astype(np.float64), -100.0, 100.0)))
        chosen = np.flatnonzero(scores >= least)
        if not chosen.size:
            return []
        decoded = decode(boxes[0, chosen].astype(np.float64), self._anchors[chosen])
        decoded = region.points(decoded.reshape(len(chosen), 8, 2)).reshape(len(chosen), 16)
        return [_face(score, values) for score, values in merged(scores[chosen], decoded)]


def anchors() -> Floats:
    """Return the middles of the network's anchors, [896, 2], 0..1."""
    middles = []
    for cells, each in _GRIDS:
        ticks = (np.arange(cells) + 0.5) / cells
        middles.append(np.repeat(np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2), each, axis=0))
    return np.concatenate(middles)


def decode(raw: Floats, middles: Floats) -> Floats:
    """Turn the network's numbers into places 0..1: upper left and lower right corner, then the six keypoints; [n, 16]."""
    places = raw.reshape(-1, 8, 2) / _SIDE
    half = places[:, 1] / 2.0
    centre = places[:, 0] + middles
    corners = np.stack([centre - half, centre + half], axis=1)
    return np.concatenate([corners, places[:, 2:] + middles[:, None]], axis=1).reshape(-1, 16)


def merged(scores: Floats, places: Floats) -> list[tuple[float, Floats]]:
    """Make one of all that overlap a surer one: places become the mean weighted by score, the score is the best one's."""
    left = np.argsort(-scores, kind="stable")
    faces = []
    while left.size:
        best = left[0]
        same = left[_overlap(places[best], places[left]) >= _SAME_FACE]
        same = np.union1d(same, best)
        faces.append((float(scores[best]), np.average(places[same], axis=0, weights=scores[same])))
        left = left[~np.isin(left, same)]
    return faces


def _overlap(box: Floats, others: Floats) -> Floats:
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:4], others[:, 2:4])
    shared = np.prod(np.maximum(high - low, 0.0), axis=1)
    together = np.prod(box[2:4] - box[:2]) + np.prod(others[:, 2:4] - others[:, :2], axis=1) - shared
    return np.asarray(shared / np.maximum(together, 1e-12), np.float64)


def _face(score: float, values: Floats) -> Face:
    left, top, right, bottom = (float(value) for value in values[:4])
    return Face(score, (left, top, right, bottom), values[4:].reshape(6, 2))
