"""A replica drawn by our own code: no model, no download, 25 frames a second on a fraction of one core."""

import math
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInputError
from engine.layers.audio import MEDIA_RATE
from engine.layers.replica.features import LEFT_EYE, MOUTH, NOSE, RIGHT_EYE, Features, Patch
from engine.layers.replica.liveliness import Liveliness, Pose
from engine.layers.replica.looks import look_named
from engine.layers.replica.mouth_track import MouthTrack
from engine.layers.replica.painting import Canvas, Plane, halve, to_yuv
from engine.layers.replica.portrait import paint_head, paint_still
from engine.layers.replica.protocol import FaceSpeech, Picture, ReplicaState

_FARTHEST: Final = 10.0  # the head never moves so far, in 1/512

Box: TypeAlias = tuple[int, int, int, int]


class DrawnReplica:
    """A drawn presenter behind the Replica protocol."""

    def __init__(self, width: int = 512, height: int = 512, frames_per_second: int = 25, *, look: str = "ada") -> None:
        """Paint the layers of a look (`looks()` names them); takes a few tenths of a second.

        `width` and `height`: even, 128..2048; `frames_per_second`: 1..60. Raises InvalidInputError for anything else.
        """
        for field, value in (("width", width), ("height", height)):
            if not 128 <= value <= 2048 or value % 2:
                raise InvalidInputError(field, value, "an even number of pixels from 128 to 2048")
        if not 1 <= frames_per_second <= 60:
            raise InvalidInputError("frames_per_second", frames_per_second, "1 to 60")
        chosen = look_named(look)
        self.width = width
        self.height = height
        self.frames_per_second = frames_per_second
        self.look = look
        still, head = Canvas(width, height), Canvas(width, height)
        paint_still(still, chosen)
        paint_head(head, chosen)
        self._layers = _Layers(still, head)
        self._features = Features(chosen)

    @property
    def mouth_box(self) -> Box:
        """x0, y0, x1, y1 in pixels: holds the mouth in whatever pose; outside it speech changes nothing."""
        return self._layers.box(MOUTH)

    def open_session(self, seed: int) -> "DrawnSession":
        """Start a face; `seed` makes blinks and sway repeatable."""
        return DrawnSession(self._layers, self._features, seed)


class _Layers:
    """What is painted once: the still picture, and the head ready to be moved by parts of a pixel."""

    def __init__(self, still: Canvas, head: Canvas) -> None:
        self.scale = still.scale
        self._offset = still.offset
        self._columns, self._rows = still.x, still.y
        self.margin = 2 * math.ceil(_FARTHEST * self.scale / 2 + 1)
        luma, blue, red = to_yuv(still.rgb)
        blue, red = halve(blue), halve(red)
        height, width = luma.shape
        self.luma, self.chroma = luma, np.stack([blue, red])
        self.picture = np.zeros((height * 3 // 2, width), np.uint8)
        flat = np.concatenate([luma.ravel(), blue.ravel(), red.ravel()])
        self.picture.reshape(-1)[:] = np.rint(flat).astype(np.uint8)
        covered = np.argwhere(head.alpha > 0.0)
        (top, left), (bottom, right) = covered.min(0), covered.max(0) + 1
        reach = self.margin
        self.head_box: Box = (
            max(0, (int(left) - reach) // 2 * 2),
            max(0, (int(top) - reach) // 2 * 2),
            min(width, (int(right) + reach + 1) // 2 * 2),
            min(height, (int(bottom) + reach + 1) // 2 * 2),
        )
        # to_yuv adds constants that belong to opaque colours only: premultiply by hand.
        head_luma, head_blue, head_red = to_yuv(head.rgb)
        clear = np.float32(1.0) - head.alpha
        planes = (head_luma - 16.0 * clear, head_blue - 128.0 * clear, head_red - 128.0 * clear, head.alpha)
        padded = [np.pad(plane, reach) for plane in planes]
        x0, y0, x1, y1 = self.head_box
        crop = np.s_[y0 : y1 + 2 * reach, x0 : x1 + 2 * reach]
        self.head_luma = np.stack([padded[0][crop], padded[3][crop]])
        self.head_chroma = np.stack([halve(padded[1][crop]), halve(padded[2][crop]), halve(padded[3][crop])])

    def box(self, design: tuple[int, int, int, int]) -> Box:
        """Return a box of design units in pixels, on even borders."""
        x0, y0, x1, y1 = design
        left, top = x0 * self.scale + self._offset[0], y0 * self.scale + self._offset[1]
        right, bottom = x1 * self.scale + self._offset[0], y1 * self.scale + self._offset[1]
        return int(left) // 2 * 2, int(top) // 2 * 2, math.ceil(right / 2) * 2, math.ceil(bottom / 2) * 2

    def patch(self, box: Box) -> Patch:
        """Return a fresh patch for a box in pixels."""
        x0, y0, x1, y1 = box
        return Patch(self._columns[x0:x1], self._rows[y0:y1], self.scale)


class DrawnSession:
    """One drawn face in one conversation."""

    def __init__(self, layers: _Layers, features: Features, seed: int) -> None:
        self._layers = layers
        self._features = features
        self._liveliness = Liveliness(seed)
        self._mouth = MouthTrack()
        self._picture: Picture = layers.picture.copy()
        height, width = layers.luma.shape
        flat = self._picture.reshape(-1)
        quarter = height * width // 4
        self._luma = flat[: height * width].reshape(height, width)
        self._blue = flat[4 * quarter : 5 * quarter].reshape(height // 2, width // 2)
        self._red = flat[5 * quarter :].reshape(height // 2, width // 2)
        self._boxes = [layers.box(design) for design in (LEFT_EYE, RIGHT_EYE, NOSE, MOUTH)]
        self._patches = [layers.patch(box) for box in self._boxes]
        x0, y0, x1, y1 = layers.head_box
        self._shift_luma = _Shift(layers.head_luma, y1 - y0, x1 - x0, layers.margin)
        self._shift_chroma = _Shift(layers.head_chroma, (y1 - y0) // 2, (x1 - x0) // 2, layers.margin // 2)

    def say(self, speech: FaceSpeech) -> None:
        """Schedule the mouth for a clause."""
        self._mouth.say(speech)

    def silence_from(self, position: int) -> None:
        """Drop all speech from this media sample on."""
        self._mouth.silence_from(position)

    def frame(self, position: int, state: ReplicaState) -> Picture:
        """Draw the frame shown at this media sample; the array is reused by the next call."""
        pose = self._liveliness.at(position / MEDIA_RATE, state)
        left, right, nose, mouth = self._patches
        for patch in self._patches:
            patch.clear()
        self._features.eye(left, -1, pose)
        self._features.eye(right, 1, pose)
        self._features.nose(nose, pose)
        self._features.mouth(mouth, self._mouth.at(position), pose)
        self._compose(pose)
        return self._picture

    def close(self) -> None:
        """Free what the session holds."""
        self._patches = []

    def _compose(self, pose: Pose) -> None:
        layers = self._layers
        x0, y0, x1, y1 = layers.head_box
        dx, dy = pose.head_x * layers.scale, pose.head_y * layers.scale
        luma, alpha = self._shift_luma.by(dx, dy)
        _over(luma, alpha, layers.luma[y0:y1, x0:x1])
        half = np.s_[y0 // 2 : y1 // 2, x0 // 2 : x1 // 2]
        blue, red, alpha = self._shift_chroma.by(dx / 2.0, dy / 2.0)
        clear = np.subtract(1.0, alpha, out=alpha)
        blue += clear * layers.chroma[0][half]
        red += clear * layers.chroma[1][half]
        for patch, box in zip(self._patches, self._boxes, strict=True):
            left, top, right, bottom = box[0] - x0, box[1] - y0, box[2] - x0, box[3] - y0
            region = luma[top:bottom, left:right]
            region *= 1.0 - patch.alpha
            region += patch.colour[0]
            seen = 1.0 - halve(patch.alpha)
            for plane, colour in ((blue, patch.colour[1]), (red, patch.colour[2])):
                region = plane[top // 2 : bottom // 2, left // 2 : right // 2]
                region *= seen
                region += halve(colour)
        for target, drawn in ((self._luma[y0:y1, x0:x1], luma), (self._blue[half], blue), (self._red[half], red)):
            drawn += 0.5
            np.copyto(target, drawn, casting="unsafe")


class _Shift:
    """Planes moved by parts of a pixel, into buffers of its own."""

    def __init__(self, source: NDArray[np.float32], height: int, width: int, margin: int) -> None:
        self._source = source
        self._margin = margin
        self._size = (height, width)
        self._across = np.empty((len(source), height + 1, width), np.float32)
        self._result = np.empty((len(source), height, width), np.float32)

    def by(self, dx: float, dy: float) -> NDArray[np.float32]:
        """Return the planes moved right by `dx` and down by `dy` pixels (bilinear)."""
        height, width = self._size
        x, y = self._margin - dx, self._margin - dy
        column, row = math.floor(x), math.floor(y)
        rows = slice(row, row + height + 1)
        here = self._source[:, rows, column : column + width]
        after = self._source[:, rows, column + 1 : column + width + 1]
        np.subtract(after, here, out=self._across)
        self._across *= np.float32(x - column)
        self._across += here
        np.subtract(self._across[:, 1:], self._across[:, :-1], out=self._result)
        self._result *= np.float32(y - row)
        self._result += self._across[:, :-1]
        return self._result


def _over(top: Plane, alpha: Plane, below: Plane) -> None:
    np.subtract(1.0, alpha, out=alpha)
    alpha *= below
    top += alpha
