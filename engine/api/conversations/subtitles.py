"""The cues of a transcript."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.subtitles import LATEST_END_S, LATEST_S, SHORTEST_S, Cue, one_line


def cues_of(transcript: Sequence[Mapping[str, Any]], *, replica_name: str) -> list[Cue]:
    """Return what people and the replica said, in order of time; the system message is no speech.

    Turns without times, which other programs may have written, follow each other.
    """
    names = {"user": "User", "assistant": one_line(replica_name) or "Replica"}
    cues: list[Cue] = []
    for entry in transcript:
        speaker, text = names.get(str(entry.get("role"))), one_line(str(entry.get("content") or ""))
        if speaker is None or not text:
            continue
        start = _seconds(entry.get("seconds_from_start"), cues[-1].end if cues else 0.0)
        end = start + max(SHORTEST_S, _seconds(entry.get("duration"), 0.0))
        cues.append(Cue(start, min(end, LATEST_END_S), speaker, text))
    # Both formats want their cues to begin one after the other; a turn is written down when it is over.
    return sorted(cues, key=lambda cue: cue.start)


def _seconds(value: Any, otherwise: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        value = otherwise
    return min(float(value), LATEST_S)
