"""What the words for turn taking mean in numbers."""

from typing import Final

from engine.conversation.flow_settings import FlowSettings
from engine.conversation.turns import TurnRules

_BARGE_IN: Final = {"high": 0.096, "medium": 0.16, "low": 0.48, "verylow": 1.28}
"""`replica_interruptibility` -> seconds of speech at which the replica falls silent; not less than an onset."""
_FLOOR: Final = {"high": 0.32, "medium": 0.6, "low": 0.9, "verylow": 1.28}
"""`replica_interruptibility` -> seconds of speech, pauses not counted, after which it stays silent."""


def rules_of(flow: FlowSettings, undecided: float) -> TurnRules:
    """Return the rules of a turn machine under these settings, whose words are checked already.

    `undecided`: seconds of silence until a turn is taken of whose end nothing is known.
    """
    level = flow.replica_interruptibility
    return TurnRules(undecided=undecided, barge_in=_BARGE_IN[level], floor=_FLOOR[level])
