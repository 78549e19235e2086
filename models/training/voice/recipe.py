"""The numbers of the recipe: sound format, sizes, steps."""

from dataclasses import dataclass
from typing import Final

SAMPLE_RATE: Final = 22_050
HOP: Final = 256
FFT: Final = 1_024
BINS: Final = FFT // 2 + 1
MELS: Final = 80
MEL_FLOOR: Final = 1e-4
APERIODICITY_BANDS: Final = 65
BINS_PER_BAND: Final = 8
F0_FLOOR: Final = 110.0
F0_CEILING: Final = 420.0
ACTIVE_LEVEL: Final = 0.08
LEAD_FRAMES: Final = 5
"""Silence kept before the first phoneme."""
TAIL_FRAMES: Final = 12
"""Silence kept after the last phoneme."""
SEED: Final = 20_261_120
"""Divides the recordings and starts every stage, unless another is asked for."""
LANGUAGE: Final = "en-us"
HELD_OUT: Final = 60
VALIDATION: Final = 40
DAMAGED: Final = frozenset({"arctic_a0252"})
"""Recordings that break off before their text ends."""


@dataclass(frozen=True, slots=True)
class StageBudget:
    """How long one stage of training runs."""

    steps: int
    minutes: float
    """On one core of a shared machine; only their proportions count when a limit is given."""


BUDGETS: Final = {
    "decoder": StageBudget(4_500, 14.0),
    "acoustic": StageBudget(3_000, 15.0),
    "prosody": StageBudget(700, 4.0),
    "mel_gan": StageBudget(2_400, 16.0),
    "spectral_gan": StageBudget(1_000, 9.0),
}


def minutes_for(stage: str, total: float | None) -> float | None:
    """Return the share of `total` minutes that a stage gets; None means no limit."""
    if total is None:
        return None
    return total * BUDGETS[stage].minutes / sum(budget.minutes for budget in BUDGETS.values())
