"""What is known about a pause, and the numbers that speak for the end of the turn."""

import math
import re
from dataclasses import dataclass
from typing import Final, TypeAlias

Features: TypeAlias = tuple[float, float, float]
"""Smart-turn's log-odds, the final stop (-1 or 1), the words' log-probability to end here (nats)."""

_SUREST: Final = 0.995
"""Smart-turn is not believed beyond this: its log-odds stay within +-5.3."""
_LEAST_WORDS: Final = -12.0
"""Nats under which words that do not end a turn are all alike."""
_WORD: Final = re.compile(r"\w+(?:'\w+)*")
_STOPS: Final = (".", "?", "!", "。", "？", "！", "؟")
_TRAILING_OFF: Final = ("...", "…")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found out about one pause, 200 ms after the last voiced frame."""

    sound: float
    """Smart-turn's probability (0..1) that the turn is complete."""
    text: str
    """What the recogniser understood of the turn so far, with its punctuation."""
    words_end: float
    """Log-probability (nats, <= 0) that a turn ends after these words; see `WordsEnd`."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.sound <= 1.0:
            raise ValueError(f"the sound's probability is between 0 and 1, not {self.sound}")
        if math.isnan(self.words_end) or self.words_end > 0.0:
            raise ValueError(f"a log-probability is at most 0, not {self.words_end}")

    @property
    def features(self) -> Features:
        """The numbers that the waiting model weighs."""
        return log_odds(self.sound), 1.0 if final_stop(self.text) else -1.0, max(_LEAST_WORDS, self.words_end)


def log_odds(probability: float) -> float:
    """Return ln(p / (1 - p)) of a probability (0..1), held within +-5.3."""
    held = min(max(probability, 1.0 - _SUREST), _SUREST)
    return math.log(held / (1.0 - held))


def final_stop(text: str) -> bool:
    """Return whether the recogniser heard a sentence end at the end of `text`; dots that trail off are none."""
    written = text.rstrip(" \"'»”’)")
    return written.endswith(_STOPS) and not written.endswith(_TRAILING_OFF)


def bare_words(text: str, most: int) -> str:
    """Return the last `most` words of `text` in lower case, without punctuation: its own would give the end away."""
    return " ".join(_WORD.findall(text.lower().replace("’", "'"))[-most:])
