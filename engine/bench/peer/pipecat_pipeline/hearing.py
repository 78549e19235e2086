"""What pipecat hears with: its own services and analysers, on the appliance's model files."""
# mypy: disable-error-code="import-not-found, misc, no-any-return"

from functools import partial
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.services.whisper.stt import WhisperSTTService

from .plan import Plan

_CONTEXT = 64
"""Samples of the frame before that the network looks back at."""


class Whisper(WhisperSTTService):
    """pipecat's Whisper; a beam of its own is told to the model, for which the service has no setting."""

    def __init__(self, plan: Plan) -> None:
        settings = WhisperSTTService.Settings(model=plan.whisper)
        super().__init__(device=plan.device, compute_type=plan.compute_type, settings=settings)
        if plan.beam is not None:
            self._model.transcribe = partial(self._model.transcribe, beam_size=plan.beam)

    def warm_up(self) -> None:
        """Transcribe two seconds of noise."""
        noise = np.random.default_rng(0).normal(0, 0.05, 32_000).astype(np.float32)
        for _ in self._model.transcribe(noise, language="en")[0]:
            pass


class Vad(SileroVADAnalyzer):
    """pipecat's analyser with the network of version 6 in the place of the older one that it brings."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(params=VADParams() if plan.stop_secs is None else VADParams(stop_secs=plan.stop_secs))
        self._model = SileroV6(plan.vad)


class SileroV6:
    """Stands in for pipecat's `SileroOnnxModel`: another set of inputs, the same numbers of samples."""

    def __init__(self, path: str) -> None:
        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.reset_states()

    def reset_states(self) -> None:
        """Forget what was heard."""
        self._hidden: Any = np.zeros((1, 1, 128), np.float32)
        self._cell: Any = np.zeros((1, 1, 128), np.float32)
        self._before = np.zeros(_CONTEXT, np.float32)

    def __call__(self, samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
        """Return the probability of speech in 512 samples at 16 kHz, shape [1]."""
        if sample_rate != 16_000 or samples.shape != (512,):
            raise ValueError(f"512 samples at 16 kHz are wanted, not {samples.shape} at {sample_rate} Hz")
        window = np.concatenate([self._before, samples])[None]
        speech, self._hidden, self._cell = self._session.run(
            None, {"input": window, "h": self._hidden, "c": self._cell}
        )
        self._before = samples[-_CONTEXT:]
        return np.asarray(speech, np.float32).reshape(-1)[:1]


def smart_turn(plan: Plan) -> Any:
    """Return pipecat's analyser of ends of turns."""
    return LocalSmartTurnAnalyzerV3(smart_turn_model_path=plan.smart_turn)
