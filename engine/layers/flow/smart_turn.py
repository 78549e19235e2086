"""smart-turn v3: has the speaker who fell silent finished?"""

import threading
from pathlib import Path
from typing import Final

import numpy as np

from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.log_mel import HOP, log_mel
from engine.layers.onnx_session import open_session, require_inputs

WINDOW: Final = 8 * HEARING_RATE
"""Samples that the network looks at; the end of the turn is at the end of the window."""

_VARIANCE_FLOOR: Final = 1e-7


class SmartTurn:
    """An `EndOfTurnDetector` shared by all conversations."""

    def __init__(self, path: Path) -> None:
        """Load the network (input `input_features` [n, 80, 800]).

        Raises ModelUnavailableError when the file is missing, damaged or another network.
        """
        self._session = open_session(path)
        require_inputs(self._session, path, {"input_features"})
        # Two at once would take two cores from the media threads; each takes 60-120 ms.
        self._lock = threading.Lock()

    def probability(self, audio: Samples) -> float:
        """Return the probability (0..1) that the turn in `audio` (16 kHz, up to and including the pause) is complete.

        Only the last 8 s count; less is filled with zeros in front. No sound at all is no finished turn: 0.
        """
        if not audio.size:
            return 0.0
        window = np.zeros(WINDOW, dtype=np.float32)
        heard = audio[-WINDOW:]
        window[WINDOW - len(heard) :] = heard
        window = (window - window.mean()) / np.sqrt(window.var() + _VARIANCE_FLOOR)
        features = log_mel(window, WINDOW // HOP)[None]
        with self._lock:
            (complete,) = self._session.run(None, {"input_features": features})
        return float(complete[0, 0])
