"""What pipecat speaks with: its own Piper service, on the appliance's voice."""
# mypy: disable-error-code="import-not-found, misc, no-any-return"

import json
from pathlib import Path
from typing import Any

import numpy as np
from pipecat.services.piper.tts import PiperTTSService

from .plan import Plan

_SCALES_OF_OURS = 4


class Piper(PiperTTSService):
    """pipecat's Piper; voices with a fourth scale (semitones) are given it, which the piper package does not know."""

    def __init__(self, plan: Plan) -> None:
        voice = Path(plan.voice)
        super().__init__(
            download_dir=voice.parent,
            use_cuda=plan.device == "cuda",
            settings=PiperTTSService.Settings(voice=voice.stem),
        )
        config = json.loads(voice.with_name(f"{voice.name}.json").read_text("utf-8"))
        if (config.get("visavis") or {}).get("scales") == _SCALES_OF_OURS:
            self._voice.session = _WithPitch(self._voice.session)

    def warm_up(self) -> None:
        """Speak a word to nobody."""
        for _ in self._voice.synthesize("Hello."):
            pass


class _WithPitch:
    """A session whose voice speaks at its own pitch."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def run(self, outputs: Any, inputs: dict[str, Any], *more: Any) -> Any:
        """Run the network with the scale that is missing."""
        return self._session.run(outputs, {**inputs, "scales": np.append(inputs["scales"], np.float32(0.0))}, *more)
