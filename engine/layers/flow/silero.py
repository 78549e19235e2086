"""Silero VAD v6: does this frame hold speech?"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from engine.layers.audio import VAD_FRAME, Samples
from engine.layers.onnx_session import open_session, require_inputs

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_CONTEXT: Final = 64
"""Samples of the previous frame that the network looks back at."""


class SileroModel:
    """The network, shared by all microphones; a detector opened from it holds the state of one."""

    def __init__(self, path: Path) -> None:
        """Load the v6 network (inputs `input` [n, 576], `h` and `c` [1, 1, 128]).

        Raises ModelUnavailableError when the file is missing, damaged or another network.
        """
        self._session = open_session(path)
        require_inputs(self._session, path, {"input", "h", "c"})

    def open(self) -> "SileroVad":
        """Return a detector that has heard nothing yet."""
        return SileroVad(self._session)


class SileroVad:
    """A `VoiceActivityDetector` for one microphone; used by one thread at a time."""

    __slots__ = ("_cell", "_hidden", "_session", "_window")

    def __init__(self, session: "InferenceSession") -> None:
        self._session = session
        self.reset()

    def reset(self) -> None:
        """Forget what was heard."""
        self._hidden: NDArray[np.float32] = np.zeros((1, 1, 128), dtype=np.float32)
        self._cell: NDArray[np.float32] = np.zeros((1, 1, 128), dtype=np.float32)
        self._window: NDArray[np.float32] = np.zeros((1, _CONTEXT + VAD_FRAME), dtype=np.float32)

    def probability(self, frame: Samples) -> float:
        """Return the probability (0..1) that `frame`, exactly 512 samples at 16 kHz, holds speech.

        Raises ValueError for any other length.
        """
        if frame.shape != (VAD_FRAME,):
            raise ValueError(f"a VAD frame has shape ({VAD_FRAME},), not {frame.shape}")
        self._window[0, :_CONTEXT] = self._window[0, -_CONTEXT:]
        self._window[0, _CONTEXT:] = frame
        speech, self._hidden, self._cell = self._session.run(
            None, {"input": self._window, "h": self._hidden, "c": self._cell}
        )
        return float(speech[0])
