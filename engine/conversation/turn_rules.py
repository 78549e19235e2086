"""What the words for turn taking mean in numbers."""

from typing import Final

from engine.conversation.flow_settings import FlowSettings
from engine.conversation.turns import TurnRules

_PATIENCE: Final = {"low": 0.6, "medium": 1.0, "high": 1.8}
"""`turn_taking_patience` -> factor on the waits."""
_BARGE_IN: Final = {"high": 0.096, "medium": 0.16, "low": 0.48, "verylow": 1.28}
"""`replica_interruptibility` -> seconds of speech that take the floor; not less than an onset."""


def rules_of(flow: FlowSettings) -> TurnRules:
    """Return the rules of a turn machine under these settings; the words are checked already."""
    return TurnRules(patience=_PATIENCE[flow.turn_taking_patience], barge_in=_BARGE_IN[flow.replica_interruptibility])
