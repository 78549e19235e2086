"""How much of each key picture an expression is made of."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.replica.presenter.bundle import EYES, MOUTH, POSE, Bundle
from engine.layers.replica.presenter.geometry import LEFT_EYE, RIGHT_EYE, Geometry
from engine.layers.replica.presenter.kernels import compiled
from models.blendshapes import SHAPES

Floats = NDArray[np.float32]

_ROUNDS: Final = 60
_RIDGE: Final = 1e-4  # of the mean diagonal: keys that are nearly alike share instead of swapping
_NEAR: Final = (
    0.03  # of a key's squared distance counts against it: what several mixtures come to is made of the nearest keys
)
_BLOCK: Final = 2048  # vertices at a time, so that the cache holds all shapes of them
_NEARLY: Final = 0.85  # a share from which on the face begins to be simply as in that key
_GAZE_SAME: Final = 2.0  # degrees
_GAZE_OTHER: Final = 6.0
_OF_EYES: Final = np.array([name.startswith(("brow", "eye", "cheekRaiser", "cheekSquint")) for name in SHAPES])
_TURNS_FROM: Final = (
    0.3  # of the way from one plate's yaw to the next one's: two plates at once cost time and sharpness
)
_TURNS_UNTIL: Final = 0.7  # of the way, from where on it is alone


@dataclass(frozen=True, slots=True)
class KeyShares:
    """What each key counts for one expression."""

    mouth: Floats
    eyes: Floats
    turned: Floats
    """How the rest key's share is divided among it and the keys that show the head turned; sums to 1."""
    mouth_is: Floats
    """How far (0..1) the mouth simply is as in this key: then its picture is right even where the key does not see the mesh. Never `rest`:
    whether the lips touch is seen better from the mesh."""
    eyes_are: Floats
    """The same for the eyes, gaze included."""


class KeyWeights:
    """Finds the keys' weights: for mouth and eyes those non-negative ones that come nearest to the expression's movement."""

    def __init__(self, bundle: Bundle, geometry: Geometry) -> None:
        weights = np.array([key.weights for key in bundle.keys], np.float64)
        self._count = len(bundle.keys)
        self._at_rest = np.array([POSE in key.sets for key in bundle.keys])
        self._gaze = np.array([(key.gaze[0] - key.yaw, key.gaze[1] - key.pitch) for key in bundle.keys])
        turned = sorted((key.yaw, index) for index, key in enumerate(bundle.keys) if POSE in key.sets and key.yaw)
        self._left = [(0.0, 0), *((-yaw, index) for yaw, index in reversed(turned) if yaw < 0.0)]
        self._right = [(0.0, 0), *((yaw, index) for yaw, index in turned if yaw > 0.0)]
        self._sets = [
            _KeySet([index for index, key in enumerate(bundle.keys) if index and name in key.sets], weights, gram)
            for name, gram in zip((MOUTH, EYES), _grams(geometry), strict=True)
        ]

    def find(self, weights: Floats, yaw: float, gaze: tuple[float, float] = (0.0, 0.0)) -> KeyShares:
        """Return the shares for weights over SHAPES, the head's yaw and the gaze in the head (degrees); they depend on nothing else."""
        turned = self._turned(yaw)
        mouth, eyes = (keys.solve(weights, turned) for keys in self._sets)
        away = np.hypot(self._gaze[:, 0] - gaze[0], self._gaze[:, 1] - gaze[1])
        same_gaze = np.clip((_GAZE_OTHER - away) / (_GAZE_OTHER - _GAZE_SAME), 0.0, 1.0)
        return KeyShares(
            mouth, eyes, turned, self._nearly(mouth), np.asarray(self._nearly(eyes) * same_gaze, np.float32)
        )

    def _nearly(self, shares: Floats) -> Floats:
        # The turned plates show the same mouth and eyes as `rest`.
        together = np.where(self._at_rest, shares[self._at_rest].sum(), shares)
        return np.asarray(np.clip((together - _NEARLY) / (1.0 - _NEARLY), 0.0, 1.0), np.float32)

    def _turned(self, yaw: float) -> Floats:
        turned = np.zeros(self._count, np.float32)
        poses = self._left if yaw < 0.0 else self._right
        turned[poses[0][1]] = 1.0
        for (before, nearer), (angle, farther) in pairwise(poses):
            way = (abs(yaw) - before) / (angle - before)
            share = min(1.0, max(0.0, (way - _TURNS_FROM) / (_TURNS_UNTIL - _TURNS_FROM)))
            turned[farther] = turned[nearer] * share
            turned[nearer] *= 1.0 - share
        return turned


class _KeySet:
    """Rest and the keys of one set: their products with the shapes and among each other, over the set's part of the face."""

    def __init__(self, keys: list[int], weights: NDArray[np.float64], gram: NDArray[np.float64]) -> None:
        self._keys = np.array(keys, np.intp)
        own = np.concatenate([np.zeros((1, weights.shape[1])), weights[self._keys]])
        self._to_key = own @ gram
        self._among = self._to_key @ own.T
        self._sizes = self._among.diagonal().copy()
        if keys:
            self._among += np.eye(len(own)) * max(1e-9, _RIDGE * float(np.trace(self._among)) / len(keys))

    def solve(self, weights: Floats, turned: Floats) -> Floats:
        """Return the weights of all keys; they sum to 1."""
        found = np.zeros(self._keys.size + 1)
        found[0] = 1.0
        target = self._to_key @ weights.astype(np.float64)
        _descend(self._among, target + _NEAR * (2.0 * target - self._sizes), found)
        shares = np.asarray(turned * found[0], np.float32)
        shares[self._keys] += found[1:].astype(np.float32)
        return shares


@compiled("f8[:,::1]; f8[::1]; f8[::1]")
def _descend(among: NDArray[np.float64], target: NDArray[np.float64], found: NDArray[np.float64]) -> None:
    # Least squares over shares that are none below 0 and sum to 1: two at a time, always from the same start, so that no frame depends
    # on the one before.
    for _ in range(_ROUNDS):
        moved = 0.0
        for key in range(found.size):
            for other in range(key):
                pull = target[key] - target[other]
                for third in range(found.size):
                    pull -= (among[key, third] - among[other, third]) * found[third]
                step = pull / (among[key, key] + among[other, other] - 2.0 * among[key, other])
                step = min(found[other], max(-found[key], step))
                found[key] += step
                found[other] -= step
                moved = max(moved, abs(step))
        if moved < 1e-5:
            break


def _grams(geometry: Geometry) -> list[NDArray[np.float64]]:
    eyes = geometry.upper.astype(np.float32) / 255.0
    # The eyeballs turn by themselves, and what does not follow the head is not the face.
    seen = ((geometry.region != LEFT_EYE) & (geometry.region != RIGHT_EYE)) * (
        geometry.pose_follow.astype(np.float32) / 255.0
    )
    grams = []
    # A smile lifts the lower lids too: were it looked for in the eyes' keys, eyes of another gaze would come with it.
    for shapes, share in ((np.flatnonzero(~_OF_EYES), 1.0 - eyes), (np.flatnonzero(_OF_EYES), eyes)):
        gram = np.zeros((len(SHAPES), len(SHAPES)))
        _add_products(
            geometry.shape_deltas,
            geometry.shape_scales,
            shapes.astype(np.int64),
            (share * seen).astype(np.float32),
            gram,
        )
        grams.append(gram)
    return grams


@compiled("i1[:,:,::1]; f4[::1]; i8[::1]; f4[::1]; f8[:,::1]")
def _add_products(
    deltas: NDArray[np.int8], scales: Floats, shapes: NDArray[np.int64], shares: Floats, out: NDArray[np.float64]
) -> None:
    # Products of the shapes with each other over all vertices. Without a library for matrices, whose threads and memory would come with it.
    for start in range(0, shares.size, _BLOCK):
        end = min(shares.size, start + _BLOCK)
        for one in range(shapes.size):
            for other in range(one + 1):
                a, b = shapes[one], shapes[other]
                total = np.float32(0.0)
                for vertex in range(start, end):
                    product = np.int32(0)
                    for axis in range(3):
                        product += np.int32(deltas[a, vertex, axis]) * np.int32(deltas[b, vertex, axis])
                    total += shares[vertex] * np.float32(product)
                value = np.float64(total) * scales[a] * scales[b]
                out[a, b] += value
                if a != b:
                    out[b, a] += value
