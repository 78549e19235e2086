"""How turns are taken in a conversation, read from a persona's layers (seed: Conversational Flow, its migration guide)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from engine.errors import InvalidInputError

PATIENCES = ("low", "medium", "high")
INTERRUPTIBILITIES = ("verylow", "low", "medium", "high")
SENSITIVITIES = ("superlow", "verylow", "low", "medium", "high", "auto")

_INVERTED = {
    "superlow": "high",
    "verylow": "high",
    "low": "high",
    "medium": "medium",
    "auto": "medium",
    "high": "low",
}
"""From a sensitivity of the STT layer to the flow layer's word: sensitive to pauses is impatient, and so on."""


@dataclass(frozen=True, slots=True)
class FlowSettings:
    """Turn taking as it is in effect; the defaults hold as soon as a persona says anything about it."""

    turn_detection_model: str = "sparrow-1"
    """`sparrow-1`, `sparrow-0` or `time-based`."""
    turn_taking_patience: str = "medium"
    """`low` (answers at once), `medium`, `high` (waits)."""
    replica_interruptibility: str = "medium"
    """`verylow`, `low` (talks on), `medium`, `high` (stops at the first word)."""
    voice_isolation: str = "near"
    """`off` or `near`."""
    wake_phrase: str = ""
    """What must be said before the replica answers; empty: nothing."""
    idle_engagement: str = "off"
    """`off`, `patient` or `eager`."""

    @classmethod
    def of(cls, layers: Mapping[str, Any]) -> Self | None:
        """Read a persona's layers, which the API has validated; None when they say nothing about turn taking.

        The flow layer overrides the sensitivities of the STT layer when its model is `sparrow-1`; with an older model they hold.
        """
        flow = {name: value for name, value in (layers.get("conversational_flow") or {}).items() if value is not None}
        stt = layers.get("stt") or {}
        sensed = _sensed(stt)
        smart = stt.get("smart_turn_detection")
        if not flow and not sensed and smart is None:
            return None
        known = {name: _word(name, value) for name, value in flow.items() if name in cls.__dataclass_fields__}
        model = known.setdefault("turn_detection_model", "sparrow-1" if flow else _legacy_model(smart))
        return cls(**(known if model == "sparrow-1" else {**known, **sensed}))

    def adjusted(self, *, pause: str | None = None, interrupt: str | None = None) -> Self:
        """Return these settings after a sensitivity interaction; raises InvalidInputError for a word that is none of SENSITIVITIES."""
        wanted = self
        if pause is not None:
            field = "participant_pause_sensitivity"
            wanted = replace(wanted, turn_taking_patience=inverted(field, pause))
        if interrupt is not None:
            field = "participant_interrupt_sensitivity"
            wanted = replace(wanted, replica_interruptibility=inverted(field, interrupt))
        return wanted


def inverted(field: str, sensitivity: str) -> str:
    """Return the patience or interruptibility that a sensitivity stands for; raises InvalidInputError naming `field`."""
    word = _INVERTED.get(sensitivity.strip().lower())
    if word is None:
        raise InvalidInputError(field, sensitivity, f"one of {', '.join(SENSITIVITIES)} is")
    return word


def _sensed(stt: Mapping[str, Any]) -> dict[str, str]:
    fields = {
        "participant_pause_sensitivity": "turn_taking_patience",
        "participant_interrupt_sensitivity": "replica_interruptibility",
    }
    return {wanted: inverted(given, stt[given]) for given, wanted in fields.items() if stt.get(given) is not None}


def _legacy_model(smart: Any) -> str:
    return "time-based" if str(smart).lower() == "false" else "sparrow-0"


def _word(name: str, value: Any) -> str:
    return str(value).strip() if name == "wake_phrase" else str(value).strip().lower()
