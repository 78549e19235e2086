"""Whose voice is the room's: the loudest one, with enough inertia that a cough does not take the stage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AUDIBLE = 0.01
"""Level (root mean square, of 1.0) below which nobody speaks: -40 dB, above the noise of a room with automatic gain."""
LOUDER = 2.0
"""How much louder (6 dB) than the active speaker somebody must be who talks over them."""
TAKES_S = 0.4
"""Seconds somebody must speak for to become the active speaker."""
FORGETS_S = 0.3
"""Time constant of the smoothed level, in seconds: a pause between two words leaves the stage as it is."""


@dataclass(slots=True)
class _Voice:
    level: float = 0.0
    leading: float = 0.0
    """Seconds of sound for which this voice has been the loudest."""


class ActiveSpeaker:
    """I/O-free: time is what the sound itself lasts. Silence changes nothing, the last speaker stays."""

    def __init__(self) -> None:
        self.session_id: str | None = None
        """The active speaker."""
        self._voices: dict[str, _Voice] = {}

    def hear(self, session_id: str, samples: NDArray[np.float32], rate: int) -> bool:
        """Take sound, mono in -1..1, at `rate` Hz; return whether the active speaker changed."""
        if not samples.size:
            return False
        seconds = samples.size / rate
        voice = self._voices.setdefault(session_id, _Voice())
        heard = float(np.sqrt(np.mean(np.square(samples, dtype=np.float32))))
        # Up at once within the first words, down slowly.
        weight = 1.0 if heard > voice.level else 1.0 - float(np.exp(-seconds / FORGETS_S))
        voice.level += weight * (heard - voice.level)
        if session_id == self.session_id or not self._leads(session_id, voice):
            voice.leading = 0.0
            return False
        if heard >= AUDIBLE:
            # The smoothed level outlasts a cough; only what is really heard counts.
            voice.leading += seconds
        if voice.leading < TAKES_S:
            return False
        voice.leading, self.session_id = 0.0, session_id
        return True

    def forget(self, session_id: str) -> None:
        """Somebody is gone."""
        self._voices.pop(session_id, None)
        if session_id == self.session_id:
            self.session_id = None

    def _leads(self, session_id: str, voice: _Voice) -> bool:
        if voice.level < AUDIBLE:
            return False
        for other_id, other in self._voices.items():
            limit = LOUDER * other.level if other_id == self.session_id else other.level
            if other_id != session_id and other.level >= AUDIBLE and voice.level < limit:
                return False
        return True
