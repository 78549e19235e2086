"""The ground truth of a training video: exact for every frame."""

import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from engine.footage.course import Course
from engine.footage.landmarks import LANDMARKS, Face, mouth_box
from engine.footage.visemes import SILENCE, viseme_at
from engine.layers.audio import MEDIA_RATE
from engine.layers.replica.performance.expression import Expression
from engine.layers.replica.protocol import ReplicaState
from models.blendshapes import SHAPE_INDEX, SHAPES

_BLINKS: Final = [SHAPE_INDEX["eyeBlink_L"], SHAPE_INDEX["eyeBlink_R"]]
_DATE: Final = (2026, 1, 1, 0, 0, 0)  # the same truth is the same file

FIELDS: Final = {
    "time": "[N] seconds from which the frame is shown",
    "sample": "[N] the same in samples of 48 kHz, the clock of the sound",
    "state": "[N] idle, speaking or listening",
    "expression": "[N, 57] shape weights, 0..1, in the order of expression_names",
    "expression_names": "[57]",
    "head": "[N, 3] yaw, pitch, roll in degrees: to the picture's right, down, clockwise for the viewer",
    "gaze": "[N, 2] degrees to the picture's right of the camera and below it, wherever the head points",
    "breath": "[N] 0 breathed out, 1 breathed in",
    "blink": "[N] 0 open, 1 shut",
    "phoneme": "[N] what is heard when the frame appears, in IPA; empty for silence",
    "viseme": "[N] class of that moment of the phoneme; sil for silence",
    "span_phoneme": "[P] the phonemes, in order",
    "span_start": "[P] first sample (48 kHz)",
    "span_end": "[P] sample after the last",
    "jaw_opening": "[N] u (about 9 mm): how much farther than at rest the chin is from the nose",
    "jaw_opening_eye": "[N] the same as a share of the distance between the eyes' outer corners",
    "lip_parting": "[N] u: how much farther than at rest the lips' inner edges are apart in the middle; about 0 when they touch",
    "lip_parting_eye": "[N] the same as a share of the distance between the eyes' outer corners",
    "landmarks": "[N, 68, 2] pixels right and down from the picture's upper left corner; the first pixel's middle is (0.5, 0.5). "
    "iBUG order (0-16 jaw from the picture's left, 48-59 outer and 60-67 inner lips), of the face's surface: covered ones too, and the "
    "upper inner lip's up to 2 % of the eye distance behind the edge that is seen",
    "mouth_box": "[N, 4] pixels: left, top, right, bottom of the lips",
    "camera": "[N, 4] how a webcam moved: pixels right and down, degrees clockwise, size, about the picture's middle; already in landmarks",
}
"""What each array holds."""


class Truth:
    """Collects what is known of each frame."""

    def __init__(self, course: Course, eye_distance: float, frames: int) -> None:
        """`eye_distance`: between the outer corners, in units u."""
        self._course, self._eye_distance = course, eye_distance
        self._spans = [
            (span.phoneme, speech.start + span.start, speech.start + span.start + span.length)
            for speech in course.speeches
            for span in speech.phonemes
        ]
        self._starts = np.array([start for _, start, _ in self._spans], np.int64)
        self._arrays: dict[str, NDArray[Any]] = {
            "time": np.zeros(frames),
            "sample": np.zeros(frames, np.int64),
            "state": np.zeros(frames, "U9"),
            "expression": np.zeros((frames, len(SHAPES)), np.float32),
            "head": np.zeros((frames, 3), np.float32),
            "gaze": np.zeros((frames, 2), np.float32),
            "breath": np.zeros(frames, np.float32),
            "blink": np.zeros(frames, np.float32),
            "phoneme": np.zeros(frames, "U8"),
            "viseme": np.full(frames, SILENCE, "U3"),
            "jaw_opening": np.zeros(frames, np.float32),
            "lip_parting": np.zeros(frames, np.float32),
            "landmarks": np.zeros((frames, LANDMARKS, 2), np.float32),
            "camera": np.tile(np.array([0.0, 0.0, 0.0, 1.0]), (frames, 1)),
        }

    def note(
        self,
        frame: int,
        sample: int,
        state: ReplicaState,
        expression: Expression,
        face: Face,
        places: NDArray[np.float32],
    ) -> None:
        """Note a frame; `places` are the landmarks [68, 2] as they are seen in the end."""
        arrays = self._arrays
        arrays["time"][frame], arrays["sample"][frame] = sample / MEDIA_RATE, sample
        arrays["state"][frame] = str(state)
        arrays["expression"][frame] = expression.weights
        arrays["head"][frame] = expression.yaw, expression.pitch, expression.roll
        arrays["gaze"][frame] = expression.gaze_x, expression.gaze_y
        arrays["breath"][frame] = expression.breath
        arrays["blink"][frame] = float(expression.weights[_BLINKS].mean())
        arrays["jaw_opening"][frame], arrays["lip_parting"][frame] = face.jaw_opening, face.lip_parting
        arrays["landmarks"][frame] = places
        number = int(np.searchsorted(self._starts, sample, side="right")) - 1
        if number >= 0:
            phoneme, start, end = self._spans[number]
            if sample < end:
                arrays["phoneme"][frame] = phoneme
                arrays["viseme"][frame] = viseme_at(phoneme, (sample - start) / (end - start))

    def moved_by(self, motion: NDArray[np.float64]) -> None:
        """Note how the camera moved [N, 4]."""
        self._arrays["camera"] = motion

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything, by the names of `FIELDS`."""
        arrays = self._arrays
        found = {
            **arrays,
            "expression_names": np.array(SHAPES),
            "span_phoneme": np.array([phoneme for phoneme, _, _ in self._spans], "U8"),
            "span_start": self._starts,
            "span_end": np.array([end for _, _, end in self._spans], np.int64),
            "jaw_opening_eye": arrays["jaw_opening"] / np.float32(self._eye_distance),
            "lip_parting_eye": arrays["lip_parting"] / np.float32(self._eye_distance),
            "mouth_box": mouth_box(arrays["landmarks"]),
        }
        return {name: found[name] for name in FIELDS}


def write_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write an .npz that `numpy.load` reads without pickles; the same bytes for the same arrays. Raises OSError."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy", _DATE), "w", force_zip64=True) as file:
                npy.write_array(file, np.ascontiguousarray(array), allow_pickle=False)
