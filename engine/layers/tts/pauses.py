"""The silence after a clause, and spans that cover a clause whole."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from engine.layers.audio import Samples
from engine.layers.tts.protocol import PhonemeSpan

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
}
_UNFINISHED: Final = 0.03
_CLOSERS: Final = "\"'”’»)]}*_ \t\r\n"
_QUIET: Final = 0.003
_FADE_SECONDS: Final = 0.004


def pause_after(text: str) -> float:
    """Return the seconds of silence that the punctuation at the end of `text` asks for."""
    end = text.rstrip(_CLOSERS)
    return _SECONDS.get(end[-1:], _UNFINISHED)


def end_with_pause(samples: Samples, sample_rate: int, pause: float) -> Samples:
    """Replace the silence at the end by exactly `pause` seconds; silence alone becomes no samples."""
    loud = np.flatnonzero(np.abs(samples) > _QUIET)
    if loud.size == 0:
        return np.zeros(0, np.float32)
    voiced = min(samples.size, int(loud[-1]) + 1)
    fade = min(samples.size - voiced, int(_FADE_SECONDS * sample_rate))
    ended = np.zeros(voiced + max(fade, round(pause * sample_rate)), np.float32)
    ended[: voiced + fade] = samples[: voiced + fade]
    if fade:
        ended[voiced : voiced + fade] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return ended


def spans_covering(onsets: Iterable[tuple[str, int]], end: int) -> tuple[PhonemeSpan, ...]:
    """Turn (phoneme, first sample) pairs, in order, into spans that cover 0..`end` without gap or overlap.

    What lies before the first onset is silence; neighbouring silences become one; spans of no length are left out.
    """
    spans: list[PhonemeSpan] = []
    phoneme, start = "", 0

    def close(until: int) -> None:
        if until <= start:
            return
        if spans and not phoneme and not spans[-1].phoneme:
            last = spans.pop()
            spans.append(PhonemeSpan("", last.start, until - last.start))
        else:
            spans.append(PhonemeSpan(phoneme, start, until - start))

    for following, onset in onsets:
        onset = min(max(onset, start), end)
        close(onset)
        phoneme, start = following, onset
    close(end)
    return tuple(spans)
