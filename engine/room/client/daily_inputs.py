"""A client's inputs as daily-python names them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import InvalidInputError

NOISE_CANCELLATION = "noise-cancellation"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a client sends, and how."""

    microphone: bool = True
    camera: bool = True
    """Whether each is on."""
    noise_cancellation: bool = False

    def changed(self, settings: Mapping[str, Any]) -> "Inputs":
        """Return the inputs after `settings`: `microphone` and `camera` are true, false or `{"isEnabled": ..., "settings": ...}`.

        Raises InvalidInputError.
        """
        return replace(
            self,
            microphone=_is_on(settings.get("microphone"), self.microphone),
            camera=_is_on(settings.get("camera"), self.camera),
            noise_cancellation=_cancels_noise(settings.get("microphone"), self.noise_cancellation),
        )


def _is_on(setting: object, usual: bool) -> bool:
    enabled = setting.get("isEnabled", usual) if isinstance(setting, dict) else setting
    return usual if enabled is None else enabled is not False


def _cancels_noise(microphone: object, usual: bool) -> bool:
    settings = microphone.get("settings") if isinstance(microphone, dict) else None
    processor = settings.get("processor") if isinstance(settings, dict) else None
    if processor is None:
        return usual
    wanted = processor.get("type") if isinstance(processor, dict) else processor
    if wanted not in (NOISE_CANCELLATION, "none"):
        field = "microphone.settings.processor.type"
        raise InvalidInputError(field, wanted, f"{NOISE_CANCELLATION!r} or 'none' is")
    return bool(wanted == NOISE_CANCELLATION)
