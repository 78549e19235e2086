"""Captions of a recording: one line of JSON each while it runs, so that nothing is lost to a kill; WebVTT once it is whole."""

import json
from pathlib import Path
from typing import Any, Final

from engine.subtitles import LATEST_END_S, SHORTEST_S, Cue, as_vtt, one_line
from models.durable import discard, move_durably

_LINES: Final = ".captions.partial"
_NEW: Final = ".new"


class CaptionLines:
    """The captions of a recording under way, in the order in which they were said to it."""

    def __init__(self, target: Path) -> None:
        self._path = _lines_of(target)

    def add(self, start: float, end: float, speaker: str, text: str) -> None:
        """Note what was said from second `start` to `end` of the recording; what has no text is left out. Raises OSError."""
        text, end = one_line(text), min(max(end, start + SHORTEST_S), LATEST_END_S)
        if not text or not 0.0 <= start < end:
            return
        line = json.dumps({"start": start, "end": end, "speaker": one_line(speaker), "text": text})
        # Captions come every few seconds: a file that is closed each time holds nothing back.
        with self._path.open("a", encoding="utf-8") as lines:
            lines.write(line + "\n")


def captions_of(target: Path) -> Path:
    """Return where the captions of a recording lie: its name with another ending."""
    return target.with_suffix(".vtt")


def finalise_captions(target: Path) -> Path | None:
    """Write the WebVTT of a recording from the lines beside it; None when there are none. Can be repeated. Raises OSError."""
    lines, final = _lines_of(target), captions_of(target)
    if not lines.exists():
        return final if final.exists() else None
    cues = [cue for line in lines.read_text("utf-8", "replace").splitlines() if (cue := _cue(line)) is not None]
    new = final.with_name(final.name + _NEW)
    new.write_text(as_vtt(sorted(cues, key=lambda cue: cue.start)), "utf-8")
    move_durably(new, final)
    discard(lines)
    return final


def _lines_of(target: Path) -> Path:
    return target.with_name(target.name + _LINES)


def _cue(line: str) -> Cue | None:
    """Return a line's cue; None for what a killed process did not write to its end."""
    try:
        entry: dict[str, Any] = json.loads(line)
        return Cue(float(entry["start"]), float(entry["end"]), str(entry["speaker"]), str(entry["text"]))
    except (ValueError, KeyError, TypeError):
        return None
