"""Whether a presenter's mouth does what its speech asks: opening against phonemes, lips that meet, eyes that blink and look."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.layers.audio import MEDIA_RATE
from engine.layers.replica.presenter.bundle import read_bundle
from engine.layers.replica.presenter.geometry import read_geometry
from engine.layers.replica.protocol import FaceSpeech
from models.blendshapes import SHAPE_INDEX

Track: TypeAlias = NDArray[np.float64]
"""One number per frame."""

TOUCHING: Final = 0.06
"""Units of the head mesh (about 0.9 cm each) beyond those at rest by which lips that touch may be apart."""
AT_CAMERA: Final = 3.0
"""Degrees from the camera within which a gaze is felt as a look into the eyes."""
_INERTIA: Final = 0.075  # seconds to both sides over which a mouth blends what it passes through
_EARLY: Final = 0.02  # half a frame at 25 fps: a frame stands for what lies round it
_UPPER_LIP: Final = [61, 62, 63]  # of the 68 landmarks: the lips' inner edges, from the picture's left
_LOWER_LIP: Final = [67, 66, 65]
_BILABIAL: Final = frozenset("pbm")
_OPENNESS: Final = {
    phoneme: openness
    for phonemes, openness in (
        ("p b m", 0.0),
        ("f v", 0.1),
        ("u w ʊ ʃ ʒ s z", 0.2),
        ("t d n l θ ð ɹ ɾ i ɪ j o", 0.3),
        ("k ɡ g ŋ h ʔ ə ᵻ ɨ ɚ ɜ ɝ", 0.4),
        ("ɛ e", 0.6),
        ("ɔ ɒ ʌ ɐ", 0.8),
        ("a ɑ æ", 1.0),
    )
    for phoneme in phonemes.split()
}
_USUAL: Final = 0.35


class Lips:
    """The inner lips of a presenter's mesh."""

    def __init__(self, folder: Path) -> None:
        """Read a bundle; raises BundleError."""
        geometry = read_geometry(read_bundle(folder))
        ends = [geometry.landmarks[side].astype(np.intp) for side in (_UPPER_LIP, _LOWER_LIP)]
        upper, lower = (
            geometry.shape_deltas[:, end, 1] * geometry.shape_scales[:, None].astype(np.float64) for end in ends
        )
        self._parts: NDArray[np.float64] = np.asarray(upper - lower, np.float64)

    def apart(self, weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return by how much farther than at rest the lips are apart for weights [n, shapes]: [n, 3] units, below 0 where they press."""
        return np.asarray(weights.astype(np.float64) @ self._parts)

    def opening(self, weights: NDArray[np.float32]) -> Track:
        """Return how far the mouth is open, [n] units."""
        opening: Track = np.maximum(self.apart(weights).mean(1), 0.0)
        return opening


def viseme_track(clauses: Iterable[FaceSpeech], times: NDArray[np.float64]) -> Track:
    """Return how open the phonemes ask the mouth to be (0..1) at these seconds of the media clock: nothing of how it is acted."""
    step = 0.005
    length = int((times.max(initial=0.0) + 1.0) / step)
    asked = np.zeros(length)
    for clause in clauses:
        for span in clause.phonemes:
            first = clause.start / MEDIA_RATE + span.start / clause.sample_rate
            last = first + span.length / clause.sample_rate
            asked[int(first / step) : int(last / step)] = openness(span.phoneme)
    window = np.hanning(2 * int(_INERTIA / step) + 1)
    blended = np.convolve(asked, window / window.sum(), "same")
    return np.interp(times, np.arange(length) * step, blended)


def openness(phoneme: str) -> float:
    """Return how open (0..1) a mouth is that says this phoneme (IPA as espeak-ng writes it); 0 for silence."""
    values = [_OPENNESS.get(letter, _USUAL) for letter in phoneme if letter.isalpha() and letter != "ː"]
    return sum(values) / len(values) if values else 0.0


def correlation(one: Track, other: Track) -> float | None:
    """Return Pearson's correlation of two tracks to three decimals; None where one of them never changes."""
    if len(one) < 2 or one.std() < 1e-9 or other.std() < 1e-9:
        return None
    return round(float(np.corrcoef(one, other)[0, 1]), 3)


def bilabials_closed(
    clauses: Iterable[FaceSpeech], times: NDArray[np.float64], apart: NDArray[np.float64]
) -> float | None:
    """Return the share of /p b m/ in which a frame shows lips that touch all along; None when there are none.

    `times`: seconds of each frame on the media clock; `apart`: `Lips.apart` of each frame.
    """
    touching = apart.max(1) <= TOUCHING
    closed: list[bool] = []
    for clause in clauses:
        for span in clause.phonemes:
            if not _BILABIAL & set(span.phoneme):
                continue
            first = clause.start / MEDIA_RATE + span.start / clause.sample_rate
            last = first + span.length / clause.sample_rate
            if first < times[0] or last > times[-1]:
                continue
            closed.append(bool(touching[(times >= first - _EARLY) & (times <= last + _EARLY)].any()))
    return round(sum(closed) / len(closed), 3) if closed else None


def blinks_per_minute(weights: NDArray[np.float32], frames_per_second: int) -> float:
    """Count how often the lids fall more than half, per minute of frames [n, shapes]."""
    shut = weights[:, SHAPE_INDEX["eyeBlink_L"]] > 0.5
    return round(float(np.sum(shut[1:] & ~shut[:-1])) / len(shut) * frames_per_second * 60.0, 1)


def gaze_at_camera(gaze: NDArray[np.float64], among: Sequence[bool] | NDArray[np.bool_]) -> float | None:
    """Return the share of the frames `among` all in which the gaze [n, 2] (degrees from the camera) rests on the viewer."""
    chosen = gaze[np.asarray(among)]
    return round(float(np.mean(np.hypot(chosen[:, 0], chosen[:, 1]) <= AT_CAMERA)), 3) if len(chosen) else None
