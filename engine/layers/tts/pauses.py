"""Where a piece of speech begins and ends, and the silence that its punctuation asks for."""

from typing import Final

import numpy as np

from engine.layers.audio import Samples

_SECONDS: Final = {
    ",": 0.12,
    ";": 0.18,
    ":": 0.18,
    "-": 0.15,
    "–": 0.15,
    "—": 0.15,
    ".": 0.25,
    "!": 0.25,
    "?": 0.25,
    "…": 0.3,
    "،": 0.12,
    "؛": 0.18,
    "؟": 0.25,
    "۔": 0.25,
    "।": 0.25,
    "、": 0.12,
    "，": 0.12,
    "；": 0.18,
    "：": 0.18,
    "。": 0.25,
    "！": 0.25,
    "？": 0.25,
}
_UNFINISHED: Final = 0.03
_CLOSERS: Final = "\"'”’»)]}*_」』 \t\r\n"
_QUIET: Final = 0.003
"""Samples below this are silence, in a voice that has its gain."""
_FADE_SECONDS: Final = 0.004
_LEAD_SECONDS: Final = 0.012
"""What is kept before the first loud sample: a breath or a soft consonant begins there."""


def pause_after(text: str) -> float:
    """Return the seconds of silence that the punctuation at the end of `text` asks for."""
    end = text.rstrip(_CLOSERS)
    return 0.3 if end.endswith("...") else _SECONDS.get(end[-1:], _UNFINISHED)


def trimmed(samples: Samples, sample_rate: int, pause: float) -> tuple[Samples, int]:
    """Take the silence off both ends and put exactly `pause` seconds of it at the end.

    Both ends are faded (over 4 ms where that much of it is quiet), so that pieces put one after the other neither click nor wait
    twice. Returns the piece and the number of samples taken off its beginning; silence alone becomes no samples.
    """
    loud = np.flatnonzero(np.abs(samples) > _QUIET)
    if loud.size == 0:
        return np.zeros(0, np.float32), 0
    fade = max(4, int(_FADE_SECONDS * sample_rate))
    first = max(0, int(loud[0]) - int(_LEAD_SECONDS * sample_rate))
    voiced = int(loud[-1]) + 1
    end = min(samples.size, voiced + fade)
    piece = np.zeros(max(end, voiced + round(pause * sample_rate)) - first, np.float32)
    piece[: end - first] = samples[first:end]
    # Where the sound has no quiet edge of its own, a millisecond of it is given up instead of a step.
    rising = min(piece.size, max(fade // 4, min(fade, int(loud[0]) - first)))
    falling = min(end - first, max(fade // 4, end - voiced))
    piece[:rising] *= np.linspace(0.0, 1.0, rising, dtype=np.float32)
    piece[end - first - falling : end - first] *= np.linspace(1.0, 0.0, falling, dtype=np.float32)
    return piece, first
