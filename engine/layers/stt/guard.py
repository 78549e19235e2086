"""What keeps Whisper honest on windows shorter than the 30 s that it was trained on.

Thresholds were measured with tiny.en on recorded speech, backchannels, door knocks, keyboards, hum, tones and room tone:
speech has a no-speech probability of at most 0.41 (one grunt: 0.73) and a mean log-probability down to -1.2, everything
else a no-speech probability of at least 0.77.
"""

import re
import zlib
from collections import Counter
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

_TOKENS_PER_SECOND: Final = 9.0
"""Fast speech has about five to six."""
_TOKENS_AT_LEAST: Final = 10

_UNSURE: Final = -1.0
"""Mean log-probability under which a text is not trusted."""
_PROBABLY_SILENT: Final = 0.6
_SURELY_SILENT: Final = 0.75
_TELLING: Final = -0.35
"""Mean log-probability above which a text is believed even when the no-speech probability is high."""
_TOO_COMPRESSIBLE: Final = 2.4
"""Ratio of text to deflated text that only loops reach (Whisper's own threshold)."""

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One decoding of one window."""

    text: str
    tokens: int
    token_limit: int
    average_log_probability: float
    no_speech_probability: float


class Verdict(Enum):
    """What to make of an attempt."""

    SPEECH = auto()
    NO_SPEECH = auto()
    DOUBTFUL = auto()


def token_limit(seconds: float) -> int:
    """Return the number of tokens that nobody exceeds in `seconds` of speech."""
    return _TOKENS_AT_LEAST + int(seconds * _TOKENS_PER_SECOND)


def judge(attempt: Attempt) -> Verdict:
    """Judge an attempt on the short window; a doubtful one deserves the full window."""
    if _is_silence(attempt):
        return Verdict.NO_SPEECH
    if _ran_away(attempt) or repeats_itself(attempt.text) or attempt.average_log_probability < _UNSURE:
        return Verdict.DOUBTFUL
    return Verdict.SPEECH


def judge_full_window(attempt: Attempt) -> Verdict:
    """Judge an attempt on the full window, after which there is nothing better: SPEECH or NO_SPEECH.

    A person may well say "no, no, no": here only a loop that goes on and on counts as a hallucination.
    """
    if _is_silence(attempt) or _ran_away(attempt) or _is_loop(attempt.text):
        return Verdict.NO_SPEECH
    return Verdict.SPEECH


def repeats_itself(text: str) -> bool:
    """Return whether a phrase of two words or more follows itself at once, or three words in a row occur three times."""
    words = _WORD.findall(text.lower())
    for length in range(2, len(words) // 2 + 1):
        for start in range(len(words) - 2 * length + 1):
            if words[start : start + length] == words[start + length : start + 2 * length]:
                return True
    trigrams = Counter(zip(words, words[1:], words[2:], strict=False))
    return any(count >= 3 for count in trigrams.values())


def _is_silence(attempt: Attempt) -> bool:
    if not _WORD.search(attempt.text):
        return True
    silent, sure = attempt.no_speech_probability, attempt.average_log_probability
    return (silent > _PROBABLY_SILENT and sure < _UNSURE) or (silent > _SURELY_SILENT and sure < _TELLING)


def _ran_away(attempt: Attempt) -> bool:
    return attempt.tokens >= attempt.token_limit


def _is_loop(text: str) -> bool:
    data = text.encode()
    return len(data) / len(zlib.compress(data)) > _TOO_COMPRESSIBLE
