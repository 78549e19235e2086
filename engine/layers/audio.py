"""The shapes of sound between the layers."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]
"""Mono samples, shape [n], nominal range -1..1."""

HEARING_RATE: Final = 16_000
"""Hz: what VAD, end-of-turn detection and recognition take."""

MEDIA_RATE: Final = 48_000
"""Hz: the room's media clock and everything that is played out."""

VAD_FRAME: Final = 512
"""Samples at `HEARING_RATE` in one VAD frame (32 ms)."""
