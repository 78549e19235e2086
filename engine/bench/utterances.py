"""Recorded utterances whose words are known."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.bench.clips import read_sound, shipped_clips
from engine.bench.turn_lessons import read_sentences
from engine.errors import InvalidInputError, VisavisError
from engine.layers.audio import HEARING_RATE, MEDIA_RATE, Samples
from engine.layers.resampling import resample

_SEED: Final = 1


@dataclass(frozen=True, slots=True)
class Utterance:
    """One recording and what is said in it."""

    path: Path
    said: str

    def sound(self) -> Samples:
        """Return the sound at 16 kHz; raises VisavisError naming a file that cannot be read."""
        return resample(read_sound(self.path), MEDIA_RATE, HEARING_RATE)


def clips_with_text(data: Path | None) -> list[Utterance]:
    """Return the clips of a folder, and of its sub-folders, that are listed in a `*.jsonl` with `file` and `transcript`.

    None takes the clips that the product ships. Raises InvalidInputError naming the folder where there is none, VisavisError naming
    the line of a list that is not JSON.
    """
    folder = shipped_clips() if data is None else data
    lists = [*sorted(folder.glob("*.jsonl")), *sorted(folder.glob("*/*.jsonl"))]
    clips = [
        Utterance(list_.parent / str(row["file"]), str(row["transcript"]))
        for list_ in lists
        for row in _rows(list_)
        if row.get("file") and row.get("transcript")
    ]
    if not clips:
        raise InvalidInputError("--data", str(data), "a folder with lists (*.jsonl) of clips and their transcripts is")
    return clips


def sentences(folder: Path, count: int) -> list[Utterance]:
    """Return `count` sentences of a folder with `metadata.csv` (`id|text`) and `flac/ID.flac`, or all where there are fewer.

    Drawn at random, the same ones each time. Raises InvalidInputError naming the folder.
    """
    if not (folder / "metadata.csv").is_file():
        raise InvalidInputError("--sentences", str(folder), "a folder with metadata.csv and flac/ is")
    known = [Utterance(path, text) for path, text in read_sentences(folder)]
    return random.Random(_SEED).sample(known, min(count, len(known)))  # noqa: S311 - a sample, not a secret


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise VisavisError(f"{path}, line {number}: {error}; each line is a JSON object") from error
        if isinstance(row, dict):
            yield row
