"""What keeps Whisper honest on windows shorter than the 30 s that it was trained on.

Thresholds were measured with tiny.en on recorded and synthetic speech down to single words, backchannels, and rooms in which nobody
speaks: fans, hum, breath, smacks, keyboards, knocks, beeps. Speech has a no-speech probability of at most 0.42 and a mean
log-probability down to -1.2, everything else mostly a no-speech probability of at least 0.77. What lies between (short answers of
odd voices at 0.58 to 0.76, beeps and smacks from 0.54 on) is told apart by the full window: there these answers have a no-speech
probability of at most 0.58 and a log-probability of at least -0.9, the noises at least 0.56 and less than -1.
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

_WORDS_PER_SECOND: Final = 7.0
_WORDS_AT_LEAST: Final = 4
"""As many are said in no time."""

_UNSURE: Final = -1.0
"""Mean log-probability under which a text is not trusted."""
_GUESSED: Final = -1.3
"""Mean log-probability under which a text for what is probably silent is not worth a second hearing."""
_DOUBTFUL: Final = -0.7
"""Mean log-probability under which a text for what may be silent is heard again."""
_TELLING: Final = -0.35
"""Mean log-probability above which a text is believed even when the no-speech probability is high."""

_MAYBE_SILENT: Final = 0.5
"""No-speech probabilities from which on a text has to be the surer, the higher they are."""
_PROBABLY_SILENT: Final = 0.6
_NEARLY_SURELY_SILENT: Final = 0.75
_SURELY_SILENT: Final = 0.8

_TOO_COMPRESSIBLE: Final = 2.4
"""Ratio of text to deflated text that only loops reach (Whisper's own threshold)."""

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_MADE_UP: Final = re.compile(
    r"you|thank you|bye|thank(?:s| you)(?: so much| very much)? for (?:watching|listening|your attention)"
    r"|(?:please )?(?:like and )?subscribe(?: to (?:my|our|the) channel)?|.*\bamara org\b.*"
)
"""What Whisper writes under silence, as its films did: in lower case, one space between two words. All may really be said."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One decoding of one window."""

    text: str
    seconds: float
    """Length of the sound."""
    tokens: int
    token_limit: int
    average_log_probability: float
    no_speech_probability: float
    prompted: bool = False
    """Whether it was given hotwords: behind them every text is surer, a made-up one too."""

    @property
    def maybe_silent(self) -> bool:
        """Whether the sound may hold no speech at all."""
        return self.no_speech_probability > _MAYBE_SILENT


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
    silent, sure = attempt.no_speech_probability, attempt.average_log_probability
    if not _WORD.search(attempt.text):
        return Verdict.NO_SPEECH
    if (silent > _PROBABLY_SILENT and sure < _GUESSED) or (silent > _SURELY_SILENT and sure < _TELLING):
        return Verdict.NO_SPEECH
    if _ran_away(attempt) or repeats_itself(attempt.text) or sure < _UNSURE or _is_made_up(attempt):
        return Verdict.DOUBTFUL
    if attempt.maybe_silent and sure < (_TELLING if attempt.prompted else _DOUBTFUL):
        return Verdict.DOUBTFUL
    if silent > _NEARLY_SURELY_SILENT and sure < _TELLING:
        return Verdict.DOUBTFUL
    return Verdict.SPEECH


def judge_full_window(attempt: Attempt) -> Verdict:
    """Judge an attempt on the full window, after which there is nothing better: SPEECH or NO_SPEECH.

    A person may well say "no, no, no": here only a loop that goes on and on counts as a hallucination.
    """
    silent, sure = attempt.no_speech_probability, attempt.average_log_probability
    if not _WORD.search(attempt.text) or _ran_away(attempt) or _is_loop(attempt.text) or _is_made_up(attempt):
        return Verdict.NO_SPEECH
    if (attempt.maybe_silent and sure < _UNSURE) or (silent > _NEARLY_SURELY_SILENT and sure < _TELLING):
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


def _is_made_up(attempt: Attempt) -> bool:
    """Return whether the text is one that Whisper has for silence, and the sound may be silent."""
    if not attempt.maybe_silent:
        return False
    return _MADE_UP.fullmatch(" ".join(_WORD.findall(attempt.text.lower()))) is not None


def _ran_away(attempt: Attempt) -> bool:
    """Return whether nobody says so much in that time."""
    if attempt.tokens >= attempt.token_limit:
        return True
    return len(_WORD.findall(attempt.text)) > _WORDS_AT_LEAST + attempt.seconds * _WORDS_PER_SECOND


def _is_loop(text: str) -> bool:
    data = text.encode()
    return len(data) / len(zlib.compress(data)) > _TOO_COMPRESSIBLE
