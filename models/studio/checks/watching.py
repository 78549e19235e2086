"""The performance as a viewer sees it: is there a face in every frame, does it jump, does its mouth do what is said?"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image  # type: ignore[import-not-found,unused-ignore]

from engine.layers.perception.face_detection import Face, FaceDetector
from engine.layers.perception.face_mesh import FaceMesher, region_of, region_round
from engine.layers.perception.region import Region, RgbPicture
from engine.layers.replica.protocol import ReplicaState
from models.studio.checks.live import Floats, Live, bytes_of
from models.studio.checks.playing import Moment, correlation

_FAINTEST: Final = 0.3
_FOLLOWED: Final = (3.2, 3.6)
"""Sides of the squares that follow the face, in sides of its box: a small pyramid, for the detector's anchors are coarse and a face that
lies between two of them costs up to 0.1 of its score. In both it fills about 0.3 of the square, for which there are most anchors."""
_PERCENTILE: Final = 99.0
_ALMOST_SHUT: Final = 0.01
"""Of the distance between the eyes' outer corners, beyond the closed mouth of the same film: what may still be called shut."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen in each frame."""

    moments: Sequence[Moment]
    confidence: Floats
    """Of the face detector in squares that follow the face, the surest; 0 where it saw no face."""
    whole: Floats
    """Of the face detector on the whole frame."""
    presence: Floats
    """What the mesh's network says to whether there is a face."""
    opening: Floats
    """`FaceMesh.opening`."""
    change: Floats
    """Mean difference of the face box' luma from the frame before, in grey levels; one less than frames."""

    @property
    def worst_jump(self) -> tuple[float, int]:
        """The largest change in shares of the 99th percentile of all, and the frame that it leads to."""
        usual = float(np.percentile(self.change, _PERCENTILE))
        return float(self.change.max() / max(usual, 1e-6)), int(self.change.argmax()) + 1

    @property
    def worst_face(self) -> tuple[float, int]:
        """The least confidence, and its frame."""
        return float(self.confidence.min()), int(self.confidence.argmin())

    def faintest(self, count: int) -> list[int]:
        """The frames in which the detector is least sure."""
        return [int(index) for index in np.argsort(self.confidence)[:count]]

    @property
    def opening_correlation(self) -> float:
        """Of the mouth's seen opening with what the visemes of the speech ask for, while it speaks."""
        talking = [index for index, moment in enumerate(self.moments) if moment.state is ReplicaState.SPEAKING]
        return correlation(self.opening[talking], [self.moments[index].asked for index in talking])

    def bilabials(self) -> dict[int, tuple[float, int]]:
        """For each /p b m/ how far the mouth is seen to stay open at least, and in which frame that is."""
        least: dict[int, tuple[float, int]] = {}
        shut = self.shut
        for index, moment in enumerate(self.moments):
            if moment.bilabial >= 0:
                found = (max(0.0, float(self.opening[index]) - shut), index)
                least[moment.bilabial] = min(found, least.get(moment.bilabial, found))
        return least

    @property
    def bilabials_closed(self) -> float:
        """Share of /p b m/ in which the mouth is seen shut."""
        return float(np.mean([gap <= _ALMOST_SHUT for gap, _ in self.bilabials().values()]))

    @property
    def shut(self) -> float:
        """The opening that is measured on the closed mouth: the median of the frames in which nothing is said."""
        quiet = [index for index, moment in enumerate(self.moments) if moment.state is not ReplicaState.SPEAKING]
        return float(np.median(self.opening[quiet]))


def watch(live: Live, moments: Sequence[Moment], detector: FaceDetector, mesher: FaceMesher) -> Watched:
    """Draw every moment and look at it."""
    painter, (left, top, right, bottom) = live.replica.painter(), live.face_box()
    confidence, whole, presence, opening, change = [], [], [], [], []
    region, before, near = None, None, None
    for moment in moments:
        picture = painter.draw(moment.expression)
        rgb = bytes_of(picture)
        faces = detector.find(rgb, _FAINTEST)
        whole.append(faces[0].score if faces else 0.0)
        if near is None and faces:
            near = faces[0]
        near = _surest(detector, rgb, near) if near else None
        confidence.append(near.score if near else 0.0)
        if region is None and faces:
            region = region_of(faces[0])
        if region is None:
            presence.append(0.0)
            opening.append(0.0)
        else:
            mesh = mesher.lay(rgb, region)
            presence.append(mesh.score)
            opening.append(mesh.opening())
            region = region_round(mesh) if mesh.score > 0.5 else None
        luma = picture[top:bottom, left:right].astype(np.float64)
        if before is not None:
            change.append(float(np.abs(luma - before).mean()))
        before = luma
    return Watched(
        moments, np.array(confidence), np.array(whole), np.array(presence), np.array(opening), np.array(change)
    )


def _surest(detector: FaceDetector, rgb: RgbPicture, near: Face) -> Face | None:
    left, top, right, bottom = near.box
    side = max(right - left, bottom - top)
    squares = [Region((left + right) / 2.0, (top + bottom) / 2.0, scale * side) for scale in _FOLLOWED]
    found = [face for square in squares for face in detector.find(rgb, _FAINTEST, square)[:1]]
    return max(found, key=lambda face: face.score, default=None)


def save_frames(live: Live, moments: Sequence[Moment], numbers: Sequence[int], target: Path) -> None:
    """Write some frames side by side, to look at what is worst."""
    painter = live.replica.painter()
    shown = [bytes_of(painter.draw(moments[number].expression)) for number in numbers]
    Image.fromarray(np.concatenate(shown, axis=1)).save(target)
