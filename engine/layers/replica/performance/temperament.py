"""How lively a presenter is."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Temperament:
    """Factors on what everybody does; 1 is the middle."""

    sway: float
    """How far the head drifts."""
    emphasis: float
    """How far head and brows go with stressed syllables."""
    nods: float
    """How often the listener nods."""
    smile: float
    """How readily it smiles."""
    blinks: float
    """How often it blinks."""
    opening: float
    """How wide the mouth opens in speech."""


CALM: Final = Temperament(sway=0.75, emphasis=0.75, nods=0.8, smile=0.8, blinks=0.93, opening=0.94)
LIVELY: Final = Temperament(sway=1.2, emphasis=1.25, nods=1.2, smile=1.2, blinks=1.07, opening=1.06)
TEMPERAMENTS: Final = {"calm": CALM, "lively": LIVELY}
"""By name."""
