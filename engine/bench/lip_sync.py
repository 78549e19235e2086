"""How far the mouth is from the voice, seen and heard at the receiver."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.bench.room_client import ReceivedPicture, ReceivedSound

STEP = 0.005
"""Seconds of the common grid."""
FARTHEST = 0.4
"""Seconds of offset that are looked at on both sides."""


def audio_video_offset(
    sound: Sequence[ReceivedSound], pictures: Sequence[ReceivedPicture], mouth_box: tuple[int, int, int, int]
) -> float | None:
    """Return the milliseconds by which the sound comes before the picture (positive: sound early); None without speech in it.

    It is the shift at which the level of the voice and the opening of the mouth (`mouth_box`: x0, y0, x1, y1 in pixels of the full
    picture) agree best; a mouth that opens before its vowel sounds, as people's do, shows as a slightly negative figure.
    """
    if len(sound) < 50 or len(pictures) < 20:
        return None
    start, end = max(sound[0].time, pictures[0].time), min(sound[-1].time, pictures[-1].time)
    grid = np.arange(start, end, STEP)
    # A chunk arrives when its 20 ms are over: its level belongs to its middle.
    level = np.interp(grid, [s.time - 0.01 for s in sound], [s.level for s in sound])
    opening = np.interp(grid, [p.time for p in pictures], mouth_opening(pictures, mouth_box))
    if level.max() < 0.01 or opening.std() < 0.5:
        return None
    reach = int(FARTHEST / STEP)
    shifts = range(-reach, reach + 1)
    return float(max(shifts, key=lambda shift: _agreement(level, opening, shift)) * STEP * 1000)


def mouth_opening(pictures: Sequence[ReceivedPicture], mouth_box: tuple[int, int, int, int]) -> NDArray[np.float64]:
    """Return how far each picture's mouth region is from the median one, in grey levels."""
    x0, y0, x1, y1 = (value // 4 for value in mouth_box)
    mouths = np.stack([p.luma[y0:y1, x0:x1] for p in pictures]).astype(np.float64)
    rest = np.median(mouths, axis=0)
    opening: NDArray[np.float64] = np.abs(mouths - rest).mean(axis=(1, 2))
    return opening


def _agreement(level: NDArray[np.float64], opening: NDArray[np.float64], shift: int) -> float:
    later = opening[shift:] if shift >= 0 else opening[:shift]
    earlier = level[: len(level) - shift] if shift >= 0 else level[-shift:]
    length = min(len(later), len(earlier))
    if length < 100:
        return -1.0
    return float(np.corrcoef(later[:length], earlier[:length])[0, 1])
