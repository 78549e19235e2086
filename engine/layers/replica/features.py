"""The parts of the drawn face that change their shape: eyes, brows, nose and mouth."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.replica.liveliness import Pose
from engine.layers.replica.looks import Look
from engine.layers.replica.painting import Colour, Plane, Row, to_yuv
from engine.layers.replica.visemes import MouthShape

MOUTH: Final = (202, 278, 310, 356)
"""x0, y0, x1, y1 in 1/512: the mouth with all it can do, sway included."""
LEFT_EYE: Final = (174, 168, 254, 254)
RIGHT_EYE: Final = (258, 168, 338, 254)
NOSE: Final = (228, 226, 284, 292)

_TONGUE: Final[Colour] = (206, 100, 104)
_TEETH: Final[Colour] = (250, 247, 240)
_MOUTH_INSIDE: Final[Colour] = (88, 30, 34)
_SCLERA: Final[Colour] = (250, 248, 246)


class Patch:
    """A small transparent picture that is painted anew for each frame, in design units."""

    def __init__(self, x: Row, y: Row, scale: float) -> None:
        """`x` and `y` are the centres of its columns and rows, in design units; `scale` is pixels per unit."""
        self.x = x
        self.y = y[:, None]
        self.scale = np.float32(scale)
        self.colour: NDArray[np.float32] = np.zeros((3, y.size, x.size), np.float32)
        """Y, U, V, each premultiplied by `alpha`."""
        self.alpha: Plane = np.zeros((y.size, x.size), np.float32)
        self._scratch = np.empty_like(self.colour)

    def clear(self) -> None:
        """Make it transparent."""
        self.colour.fill(0.0)
        self.alpha.fill(0.0)

    def paint(self, mask: Plane, colour: NDArray[np.float32], opacity: float = 1.0) -> None:
        """Lay a YUV colour, shape [3, 1, 1], over what is there."""
        if opacity != 1.0:
            mask = mask * np.float32(opacity)
        np.subtract(colour, self.colour, out=self._scratch)
        self._scratch *= mask
        self.colour += self._scratch
        self.alpha += mask * (1.0 - self.alpha)

    def band(self, top: Row, bottom: Row) -> Plane:
        """Return the coverage of what lies between two curves; nothing where they meet or cross."""
        lower = np.clip((np.maximum(bottom, top) - self.y) * self.scale + 0.5, 0.0, 1.0)
        return np.asarray(lower - np.clip((top - self.y) * self.scale + 0.5, 0.0, 1.0), np.float32)

    def disc(self, x: float, y: float, radius: float) -> Plane:
        """Return the coverage of a disc."""
        distance = np.sqrt((self.x - x) ** 2 + (self.y - y) ** 2)
        return np.asarray(np.clip((radius - distance) * self.scale + 0.5, 0.0, 1.0), np.float32)

    def glow(self, x: float, y: float, radius_x: float, radius_y: float) -> Plane:
        """Return a soft spot."""
        across = np.exp(-(((self.x - x) / radius_x) ** 2))
        return np.asarray(across * np.exp(-(((self.y - y) / radius_y) ** 2)), np.float32)


class Features:
    """Paints one look's features into patches."""

    def __init__(self, look: Look) -> None:
        self._look = look
        dark = tuple(channel * 2 // 5 for channel in look.hair)
        ring = tuple(channel // 2 for channel in look.iris)
        self._colours = {
            "shade": _yuv(look.shade),
            "deep": _yuv((look.shade[0] * 3 // 5, look.shade[1] * 3 // 5, look.shade[2] * 3 // 5)),
            "dark": _yuv((dark[0], dark[1], dark[2])),
            "hair": _yuv(look.hair),
            "ring": _yuv((ring[0], ring[1], ring[2])),
            "iris": _yuv(look.iris),
            "iris_light": _yuv(_lighter(look.iris, 0.35)),
            "pupil": _yuv((22, 16, 16)),
            "white": _yuv((255, 255, 255)),
            "sclera": _yuv(_SCLERA),
            "lips": _yuv(look.lips),
            "upper_lip": _yuv((look.lips[0] * 7 // 8, look.lips[1] * 7 // 8, look.lips[2] * 7 // 8)),
            "lip_light": _yuv(_lighter(look.lips, 0.45)),
            "inside": _yuv(_MOUTH_INSIDE),
            "teeth": _yuv(_TEETH),
            "tongue": _yuv(_TONGUE),
        }

    def eye(self, patch: Patch, side: int, pose: Pose) -> None:
        """Paint eye and brow; `side` is -1 for the one on the picture's left."""
        colours, lashes = self._colours, self._look.lashes
        x, y = 256 + side * 41.0 + pose.head_x + pose.turn_x, 226 + pose.head_y + pose.turn_y
        t = (patch.x - x) / np.float32(23.0)
        inside = np.maximum(1.0 - t * t, 0.0)
        arc = inside**0.7
        tilt = -1.5 * side * t
        bottom = y + tilt + (7.4 - 1.6 * pose.smile) * inside
        raised = y + tilt - 12.4 * arc
        top = bottom + (raised - bottom) * np.float32(pose.lids)
        white = patch.band(top, bottom)
        edge = inside**0.25
        crease = raised - 5.2 + 2.0 * (1.0 - arc)
        patch.paint(patch.band(crease - 1.6 * edge, crease), colours["shade"], 0.4 + 0.4 * pose.lids)
        patch.paint(white, colours["sclera"])
        iris_x, iris_y = x + 7.0 * pose.gaze_x - 0.8 * side, y - 2.0 + 4.5 * pose.gaze_y
        patch.paint(white * patch.disc(iris_x, iris_y, 11.2), colours["ring"])
        iris = white * patch.disc(iris_x, iris_y, 9.8)
        patch.paint(iris, colours["iris"])
        patch.paint(iris * patch.glow(iris_x, iris_y + 5.0, 8.0, 5.0), colours["iris_light"], 0.8)
        patch.paint(white * patch.disc(iris_x, iris_y, 5.0), colours["pupil"])
        patch.paint(white * np.clip(1.0 - (patch.y - top) / 5.5, 0.0, 1.0).astype(np.float32), colours["deep"], 0.4)
        patch.paint(white * patch.disc(iris_x - 3.4, iris_y - 4.0, 2.8), colours["white"], 0.95)
        patch.paint(white * patch.disc(iris_x + 3.8, iris_y + 3.8, 1.4), colours["white"], 0.45)
        outer = np.clip(side * t, -1.0, 1.0) * 0.5 + 0.5
        thick = (1.5 + lashes * 2.2 * outer) * edge
        patch.paint(patch.band(bottom, bottom + 1.1 * arc), colours["deep"], 0.5)
        patch.paint(patch.band(top - thick, top + 0.7 * edge), colours["dark"])
        self._brow(patch, side, x, y - 28.0 - 4.5 * pose.brows)

    def _brow(self, patch: Patch, side: int, x: float, y: float) -> None:
        t = side * (patch.x - x - side * 1.5) / np.float32(28.0)
        half = 0.5 * self._look.brow_weight * np.maximum(1.0 - t * t, 0.0) ** 0.5 * (1.0 - 0.3 * t)
        middle = y + 5.0 * (t + 0.08) ** 2
        patch.paint(patch.band(middle - half, middle + half), self._colours["hair"], 0.92)

    def nose(self, patch: Patch, pose: Pose) -> None:
        """Paint the nose."""
        colours = self._colours
        x, y = 256 + pose.head_x + 1.7 * pose.turn_x, 272 + pose.head_y + 1.7 * pose.turn_y
        t = (patch.x - x) / np.float32(15.0)
        inside = np.maximum(1.0 - t * t, 0.0)
        patch.paint(patch.glow(x + 8.5, y - 17.0, 5.0, 22.0), colours["shade"], 0.35)
        patch.paint(patch.glow(x - 1.0, y - 12.0, 4.0, 20.0), colours["white"], 0.13)
        patch.paint(patch.glow(x, y + 6.0, 13.0, 4.0), colours["shade"], 0.55)
        wing = y + 4.2 * inside - 1.5
        patch.paint(patch.band(wing, wing + 1.9 * inside**0.5), colours["deep"], 0.55)
        for side in (-1, 1):
            patch.paint(patch.glow(x + side * 6.8, y + 2.0, 2.8, 1.6), colours["deep"], 0.85)

    def mouth(self, patch: Patch, shape: MouthShape, pose: Pose) -> None:
        """Paint the mouth."""
        colours = self._colours
        smile = pose.smile * (1.0 - 0.5 * shape.rounding)
        x, y = 256 + pose.head_x + 1.2 * pose.turn_x, 307 + pose.head_y + 1.2 * pose.turn_y
        half = 31.0 + 3.5 * smile + 4.5 * shape.width - 8.0 * shape.rounding - 1.5 * shape.openness
        opening = 27.0 * shape.openness
        t = (patch.x - x) / np.float32(half)
        inside = np.maximum(1.0 - t * t, 0.0)
        line = y + smile * (4.0 - 11.0 * t * t) + 1.2 * np.exp(-((t / 0.25) ** 2)) * (1.0 - shape.openness)
        full = inside**0.6
        edge = inside**0.3
        upper = line - 0.28 * opening * full
        lower = line + 0.72 * opening * full
        bow = 1.0 - 0.28 * np.exp(-((t / 0.16) ** 2))
        lip_top = upper - (5.2 + 1.6 * shape.rounding) * bow * inside**0.75
        lip_bottom = lower + (7.2 + 2.0 * shape.rounding - 1.2 * shape.openness) * inside**0.8
        chin = float(np.max(lip_bottom, initial=y))
        patch.paint(patch.glow(x, chin + 5.0, 17.0, 4.0), colours["shade"], 0.6)
        for side in (-1, 1):
            patch.paint(patch.glow(x + side * (half + 1.5), y - 6.0 * smile, 3.0, 3.5), colours["deep"], 0.3)
        patch.paint(patch.band(lip_top, upper + 0.5 * edge), colours["upper_lip"])
        patch.paint(patch.band(lower - 0.5 * edge, lip_bottom), colours["lips"])
        patch.paint(patch.band(lower, lip_bottom) * patch.glow(x, chin - 4.0, 11.0, 2.2), colours["lip_light"], 0.7)
        hollow = patch.band(upper - 0.7 * edge, lower + 0.7 * edge)
        patch.paint(hollow, colours["inside"], 0.9)
        if opening > 0.5:
            self._inside(patch, hollow, shape, x, t, upper, lower)

    def _inside(self, patch: Patch, hollow: Plane, shape: MouthShape, x: float, t: Row, upper: Row, lower: Row) -> None:
        gap = lower - upper
        deep = float(np.max(gap, initial=0.0))
        flat = np.maximum(1.0 - (t / 0.88) ** 2, 0.0) ** 0.4
        tongue = lower - (0.30 + 0.25 * shape.tongue) * deep * np.maximum(1.0 - (t / 0.75) ** 2, 0.0) ** 0.6
        patch.paint(hollow * patch.band(tongue, lower), self._colours["tongue"], 0.55 + 0.45 * shape.tongue)
        teeth = upper + min(8.0, (0.12 + 0.6 * shape.teeth) * deep) * flat
        patch.paint(hollow * patch.band(upper, teeth), self._colours["teeth"], min(1.0, 3.0 * shape.teeth))


def _yuv(colour: Colour) -> NDArray[np.float32]:
    return np.array(to_yuv(np.array(colour, np.float32)), np.float32).reshape(3, 1, 1)


def _lighter(colour: Colour, share: float) -> Colour:
    red, green, blue = (round(channel + share * (255 - channel)) for channel in colour)
    return red, green, blue
