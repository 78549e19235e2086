"""How near the live engine's pictures come to those of Cycles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.layers.replica.performance.expression import Expression
from models.blendshapes import SHAPES
from models.studio.checks.live import Box, Floats, Live, cut, psnr, rgb_of
from models.studio.checks.truths import Truth, expression_of

_SMALL: Final = 0.32  # of the face box' height below its bottom edge: the mouth


@dataclass(frozen=True, slots=True)
class Likeness:
    """A live picture beside the true one."""

    name: str
    expected: Floats
    shown: Floats
    mouth: Box
    """The box of the mouth in these pictures."""

    @property
    def decibels(self) -> float:
        """Over the whole pictures."""
        return psnr(self.expected, self.shown)

    @property
    def mouth_decibels(self) -> float:
        """Over the mouth alone."""
        return psnr(cut(self.expected, self.mouth), cut(self.shown, self.mouth))


def rest_likeness(live: Live) -> Likeness:
    """The whole picture at rest against the bundle's own picture of the key."""
    key = live.bundle.keys[0]
    box = (0, 0, live.framing.width, live.framing.height)
    expected = live.expected(key.crop.picture, (*key.crop.origin, *key.crop.size), box)
    shown = rgb_of(live.replica.painter().draw(Expression(np.zeros(len(SHAPES), np.float32))))
    return Likeness("rest", expected, shown, _mouth_of(live.face_box()))


def between_likeness(live: Live, truths: Sequence[Truth]) -> list[Likeness]:
    """The face box of expressions that are no key against true pictures."""
    painter = live.replica.painter()
    found = []
    for truth in truths:
        box = live.inside(live.face_box(), truth.key.box())
        shown = cut(rgb_of(painter.draw(expression_of(truth.key))), box)
        expected = live.expected(truth.picture, truth.key.box(), box)
        mouth = _mouth_of((0, 0, box[2] - box[0], box[3] - box[1]))
        found.append(Likeness(truth.key.name.removeprefix("truth-"), expected, shown, mouth))
    return found


def together(found: Sequence[Likeness]) -> float:
    """dB over the pixels of several pictures."""
    expected = np.concatenate([one.expected.reshape(-1) for one in found])
    shown = np.concatenate([one.shown.reshape(-1) for one in found])
    return psnr(expected, shown)


def _mouth_of(face: Box) -> Box:
    left, top, right, bottom = face
    wide, high = right - left, bottom - top
    return left + wide // 4, bottom - round(_SMALL * high) - high // 12, right - wide // 4, bottom - high // 12
