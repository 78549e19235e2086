"""A small performance that ends where it began: a breath, a slight turn, a smile, a blink."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.layers.replica.performance.expression import Expression
from models.blendshapes import SHAPE_INDEX, SHAPES

_TURN: Final = 2.8  # degrees
_TILT: Final = 1.1
_NOD: Final = 0.8
_CLOSING: Final = 0.030  # of the loop
_SHUT: Final = 0.008
_OPENING: Final = 0.062
_SMILE: Final = {"mouthSmile": 0.32, "cheekSquint": 0.22, "eyeSquint": 0.16, "mouthDimple": 0.10}
_BROWS: Final = {"browInnerUp": 0.10, "browOuterUp": 0.16}
_LIDS: Final = 28.0  # degrees of gaze at which the lids have followed with their whole shape


@dataclass(frozen=True, slots=True)
class Loop:
    """The face at each moment of a loop; each of its movements is periodic, so that the end meets the beginning."""

    side: float
    """-1: turns to the picture's left first; 1: to its right."""
    blink: float
    """When the lids begin to close, 0..1 of the loop."""
    nod: float
    """Where in its course the nod begins, 0..1."""

    @classmethod
    def of(cls, seed: int) -> "Loop":
        """Return the loop of a presenter and a backdrop: no two in a list move alike."""
        rng = np.random.default_rng(seed)
        return cls(float(rng.choice([-1.0, 1.0])), float(rng.uniform(0.55, 0.80)), float(rng.uniform(0.0, 1.0)))

    def at(self, moment: float) -> Expression:
        """Return the face at a moment; 0 and 1 are the same one, and it looks straight ahead."""
        circle = 2.0 * math.pi * moment
        yaw = _TURN * self.side * math.sin(circle)
        roll = _TILT * self.side * (math.sin(circle + 0.7) - math.sin(0.7))
        pitch = _NOD * math.sin(2.0 * circle + 2.0 * math.pi * self.nod)
        weights = np.zeros(len(SHAPES), np.float32)
        _raise(weights, _SMILE, _swell(moment, 0.36, 0.62))
        _raise(weights, _BROWS, _swell(moment, 0.30, 0.34))
        _raise(weights, {"eyeLookDown" if pitch < 0.0 else "eyeLookUp": abs(pitch) / _LIDS}, 1.0)
        lids = self._lids(moment)
        if lids > 0.0:
            weights *= np.float32(1.0 - lids) * _OF_EYES + (1 - _OF_EYES)
            _raise(weights, {"eyeBlink": lids}, 1.0)
        breath = 0.5 - 0.5 * math.cos(circle)
        return Expression(weights, yaw, pitch, roll, 0.0, 0.0, breath)

    def _lids(self, moment: float) -> float:
        since = (moment - self.blink) % 1.0
        if since < _CLOSING:
            return _eased(since / _CLOSING)
        if since < _CLOSING + _SHUT:
            return 1.0
        return _eased(1.0 - (since - _CLOSING - _SHUT) / _OPENING)


def _eased(share: float) -> float:
    share = min(max(share, 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)


def _swell(moment: float, middle: float, length: float) -> float:
    """Rise from 0 to 1 at `middle` and fall back, `length` in all."""
    away = abs((moment - middle + 0.5) % 1.0 - 0.5)
    return _eased(1.0 - away / (length / 2.0))


def _raise(weights: np.ndarray[tuple[int, ...], np.dtype[np.float32]], shapes: dict[str, float], share: float) -> None:
    for name, weight in shapes.items():
        for place in ("L", "R"):
            weights[SHAPE_INDEX[f"{name}_{place}"]] += share * weight


_OF_EYES: Final = np.array([name.startswith("eye") for name in SHAPES], np.float32)
