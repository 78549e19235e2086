"""How far the mouth is from the voice, seen and heard at the receiver."""

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.bench.witnessed import Heard, Seen
from engine.layers.audio import HEARING_RATE, MEDIA_RATE, Samples
from engine.layers.replica.performance.articulation import parting, touch
from engine.layers.replica.performance.hearing import STEP as MOUTH_STEP
from engine.layers.replica.performance.hearing import MouthReader, mouth_of
from engine.layers.resampling import resample
from models.shipped import shipped

Box: TypeAlias = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the full picture."""

STEP: Final = 0.005
"""Seconds of the common grid."""
FARTHEST: Final = 0.4
"""Seconds of offset that are looked at on both sides."""
LEAST: Final = 0.35
"""Correlation below which mouth and voice tell nothing of each other."""
_LEAST_SOUND, _LEAST_PICTURES = 50, 20


def shipped_reader() -> MouthReader:
    """Load the network that reads mouths from sound; raises ModelUnavailableError."""
    return MouthReader(shipped("visemes", "visemes.onnx"))


class LipSync:
    """What one pair of ears and eyes can tell of one face."""

    def __init__(self, mouth_box: Box, reader: MouthReader | None = None) -> None:
        """`mouth_box` holds the mouth and little else; without a `reader` the shipped one is loaded."""
        self._box = mouth_box
        self._reader = reader or shipped_reader()

    def offset(self, sound: Sequence[Heard], pictures: Sequence[Seen]) -> float | None:
        """Return the milliseconds by which the sound comes before the picture (positive: sound early); None where nothing tells.

        It is the shift at which the opening of the mouth that is seen and that of a mouth that would say what is heard agree best.
        The level of the sound does not do for that: lips close in the midst of it.
        """
        if len(sound) < _LEAST_SOUND or len(pictures) < _LEAST_PICTURES:
            return None
        if max(chunk.level for chunk in sound) < 0.01:
            return None
        opening = mouth_opening(mouths_of(pictures, self._box))
        if opening.std() < 0.5:
            return None
        start, end = max(sound[0].time, pictures[0].time), min(sound[-1].time, pictures[-1].time)
        grid = np.arange(start, end, STEP)
        seen = np.interp(grid, [picture.time for picture in pictures], opening)
        heard = np.interp(grid, *self._heard(sound))
        reach = int(FARTHEST / STEP)
        best = max(range(-reach, reach + 1), key=lambda shift: _agreement(heard, seen, shift))
        return float(best * STEP * 1000) if _agreement(heard, seen, best) >= LEAST else None

    def _heard(self, sound: Sequence[Heard]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        opening = opening_heard(self._reader, np.concatenate([chunk.samples for chunk in sound]))
        begins = np.cumsum([0, *(chunk.samples.size for chunk in sound[:-1])])
        # A chunk arrives when it is over.
        arrived = [chunk.time - chunk.samples.size / MEDIA_RATE for chunk in sound]
        return np.interp(np.arange(len(opening)) * MOUTH_STEP, begins, arrived, right=np.inf), opening


def opening_heard(reader: MouthReader, samples: Samples) -> NDArray[np.float64]:
    """Return how far a mouth that says this (48 kHz) parts its lips, every 20 ms from the first sample to the last."""
    stream = reader.listen()
    mouths = np.concatenate([stream.hear(resample(samples, MEDIA_RATE, HEARING_RATE)), stream.finish()])
    opening = np.zeros(-(-samples.size // MOUTH_STEP))
    for place, features in enumerate(mouths[: len(opening)]):
        mouth = mouth_of(features)
        weights = mouth.weights.copy()
        touch(weights, mouth.seal, mouth.tuck, mouth.between)
        opening[place] = max(0.0, parting(weights))
    return opening


def mouths_of(pictures: Sequence[Seen], mouth_box: Box) -> NDArray[np.uint8]:
    """Cut the mouths out of pictures: [n, h, w], every fourth pixel."""
    x0, y0, x1, y1 = (value // 4 for value in mouth_box)
    return np.stack([picture.luma[y0:y1, x0:x1] for picture in pictures])


def mouth_opening(mouths: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return how open each mouth [n, h, w] looks, as the deviation of its grey levels: an open mouth is dark, with bright teeth in it."""
    opening: NDArray[np.float64] = mouths.std(axis=(1, 2), dtype=np.float64)
    return opening


def _agreement(level: NDArray[np.float64], opening: NDArray[np.float64], shift: int) -> float:
    later = opening[shift:] if shift >= 0 else opening[:shift]
    earlier = level[: len(level) - shift] if shift >= 0 else level[-shift:]
    length = min(len(later), len(earlier))
    if length < 100:
        return -1.0
    return float(np.corrcoef(later[:length], earlier[:length])[0, 1])
