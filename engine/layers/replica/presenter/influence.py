"""Which key pictures colour which part of the face."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.replica.presenter.geometry import LEFT_EYE, RIGHT_EYE, SOCKET, TEETH
from engine.layers.replica.presenter.kernels import compiled

Floats = NDArray[np.float32]

_SEEN_ENOUGH: Final = 0.06  # where the keys that are on see less of a vertex, the others that see it help out
_LEAST: Final = 0.06  # of a vertex' keys
_LIT: Final = 0.9  # where the keys that are on see less of the mouth's inside, it lies in the dark for the rest
_DARK_TEETH: Final = 0.9  # of what no key that is on shows of the teeth; for the rest other keys help out


@compiled(
    "f4[::1]; f4[::1]; f4[::1]; f4[::1]; f4[::1]; f8; f4[::1]; u1[::1]; u1[::1]; u1[:,::1]; u1[:,::1]; f4[:,::1]; u4[::1]"
)
def influence(
    mouth: Floats,
    eyes: Floats,
    mouth_is: Floats,
    eyes_are: Floats,
    turned: Floats,
    closed: float,
    helpers: Floats,
    upper: NDArray[np.uint8],
    region: NDArray[np.uint8],
    visibility: NDArray[np.uint8],
    still: NDArray[np.uint8],
    out: Floats,
    bits: NDArray[np.uint32],
) -> None:
    """Write the keys' shares [V, K] at each vertex (their sum is 1, or 0 where no key sees it), and which keys have one.

    `out` and `bits` have a last key more than `visibility`: the dark of a mouth whose inside no key that is on shows.

    `still` says (255 = 1) how nearly a key leaves a vertex where it is at rest: the more the head is turned, the more the keys that show it
    turned stand in for that one there, whose light is that of the front.

    `closed` (0..1) says how nearly the lips touch: what is between them is then taken from `rest`, whose lips do, in the shares `turned`.
    """
    vertices, keys = visibility.shape
    away = np.float32((1.0 - turned[0]) / 255.0)
    none, one, least = np.float32(0.0), np.float32(1.0), np.float32(_LEAST)
    for vertex in range(vertices):
        share = np.float32(upper[vertex]) * np.float32(1.0 / 255.0)
        inside, eye = TEETH <= region[vertex] <= SOCKET, LEFT_EYE <= region[vertex] <= RIGHT_EYE
        total = helping = lent = none
        if away > none:
            for key in range(keys):
                lent += (mouth[key] + share * (eyes[key] - mouth[key])) * away * np.float32(still[vertex, key])
        for key in range(keys):
            seen = np.float32(visibility[vertex, key]) * np.float32(1.0 / 255.0)
            helping += helpers[key] * seen
            if inside:
                # Between parted lips `rest` could only show lips.
                seen = none if turned[key] > none else max(seen, mouth_is[key])
            elif eye:
                seen = max(seen, eyes_are[key])
            elif turned[key] > none:
                # Outlines face away from the camera; at rest they are as in `rest` all the same.
                seen = max(seen, np.float32(_SEEN_ENOUGH))
            own = (mouth[key] + share * (eyes[key] - mouth[key])) * (one - away * np.float32(still[vertex, key]))
            value = (own + turned[key] * lent) * seen
            out[vertex, key] = value
            total += value
        out[vertex, keys] = none
        lacking = np.float32(_SEEN_ENOUGH) - total
        if inside:
            dark = np.float32(_DARK_TEETH) * lacking if region[vertex] == TEETH else np.float32(_LIT) - total
            dark = max(none, dark)
            out[vertex, keys] = dark
            total += dark
            lacking -= dark
        if lacking > none and helping > none:
            total += lacking
            lacking /= helping
            for key in range(keys):
                out[vertex, key] += (
                    lacking * helpers[key] * np.float32(visibility[vertex, key]) * np.float32(1.0 / 255.0)
                )
        if inside and closed > 0.0:
            over = (one - np.float32(closed)) / total if total > none else none
            out[vertex, keys] *= over
            total = out[vertex, keys]
            for key in range(keys):
                out[vertex, key] = out[vertex, key] * over + np.float32(closed) * turned[key]
                total += out[vertex, key]
        # What counts for next to nothing is left out, gradually: each key costs time.
        kept = none
        for key in range(keys + 1):
            out[vertex, key] = max(none, out[vertex, key] - least * total)
            kept += out[vertex, key]
        has = np.uint32(0)
        if kept > none:
            over = one / kept
            for key in range(keys + 1):
                out[vertex, key] *= over
                if out[vertex, key] > none:
                    has |= np.uint32(1) << np.uint32(key)
        bits[vertex] = has
