"""What was said, as text, SubRip (SRT) or WebVTT."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST_S = 1.0
"""Seconds that a cue is shown at least: what was typed took no time to say."""
LATEST_S = 99 * 3600.0
LATEST_END_S = 100 * 3600.0 - 1
"""Seconds; hours have two digits in both formats."""


@dataclass(frozen=True, slots=True)
class Cue:
    """What one speaker said in one turn."""

    start: float
    """Seconds after the start of the call, or of its recording."""
    end: float
    speaker: str
    text: str
    """One line, not empty."""


def as_text(cues: Sequence[Cue]) -> str:
    """Return one line a turn: `[00:00:07] Ada: Hello.`."""
    return "".join(f"[{_clock(cue.start)[:8]}] {cue.speaker}: {cue.text}\n" for cue in cues)


def as_srt(cues: Sequence[Cue]) -> str:
    """Return SubRip. It knows no escapes, so an arrow as its time lines have it is shortened."""
    return "".join(
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{_without_arrow(cue)}\n\n"
        for number, cue in enumerate(cues, 1)
    )


def as_vtt(cues: Sequence[Cue]) -> str:
    """Return WebVTT (W3C) with a voice span a cue."""
    return "WEBVTT\n\n" + "".join(
        f"{number}\n{_clock(cue.start)} --> {_clock(cue.end)}\n<v {_escaped(cue.speaker)}>{_escaped(cue.text)}\n\n"
        for number, cue in enumerate(cues, 1)
    )


def one_line(text: str) -> str:
    """Return a text without line breaks, control characters and halves of surrogate pairs."""
    spaced = " ".join(text.split())
    return " ".join("".join(c for c in spaced if unicodedata.category(c) not in {"Cc", "Cs"}).split())


def _without_arrow(cue: Cue) -> str:
    line = f"{cue.speaker}: {cue.text}"
    while "-->" in line:
        line = line.replace("-->", "->")
    return line


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: float, mark: str = ".") -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{mark}{milliseconds % 1000:03}"
