"""What a presenter's face is told for one frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Expression:
    """A face at one moment. Zero everywhere is the presenter at rest, looking into the camera.

    `mouthClose` shuts the lips over an open jaw: at 0.88 of `jawOpen` they touch, whatever the jaw does. The `eyeLook*` shapes move lids
    and skin after the eyes; the eyeballs themselves turn by `gaze_x` and `gaze_y`.
    """

    weights: NDArray[np.float32]
    """One per shape of `SHAPES`, each 0..1."""
    yaw: float = 0.0
    """Degrees the head is turned, positive to the picture's right."""
    pitch: float = 0.0
    """Degrees, positive downwards."""
    roll: float = 0.0
    """Degrees, positive clockwise as the viewer sees it."""
    gaze_x: float = 0.0
    """Degrees the gaze lies to the picture's right of the camera, wherever the head points: what the eyes turn in the head is gaze minus
    head."""
    gaze_y: float = 0.0
    """Degrees the gaze lies below the camera."""
    breath: float = 0.0
    """0 breathed out, 1 breathed in."""
