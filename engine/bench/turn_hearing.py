"""`python -m engine.bench.turn_hearing`: let the appliance's models hear pauses, and write what speaks for the end of each turn.

`--clips FOLDER` (a folder with turns.jsonl) gives the moments of its clips, `--sentences FOLDER` lessons from read sentences;
`models.training.turn_end` learns and judges from the two files.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from engine.bench.clips import load_clips
from engine.bench.turn_lessons import lessons, read_sentences
from engine.bench.turn_moments import Hearing, moments
from engine.bench.word_starts import WordStarts
from engine.layers.flow.judging import FusedJudge
from engine.layers.flow.silero import SileroModel
from engine.layers.flow.smart_turn import SmartTurn
from engine.layers.flow.waiting import WaitingModel
from engine.layers.flow.words_end import WordsEnd
from engine.layers.stt.whisper import WhisperRecognizer
from models.store import ModelStore

LESSONS = 600
UNTAUGHT = WaitingModel((0.0, 0.0, 0.0), 0.0, {})
"""Stands where only the evidence is asked for."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m engine.bench.turn_hearing", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="home folder of an appliance with the default models")
    parser.add_argument("--clips", type=Path, help="folder with turns.jsonl")
    parser.add_argument("--sentences", type=Path, help="folder with metadata.csv and flac/")
    parser.add_argument("--count", type=int, default=LESSONS, help="sentences to read (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="folder for moments.jsonl and lessons.jsonl")
    options = parser.parse_args(arguments)
    store = ModelStore(options.home)
    whisper = store.checked("whisper-tiny.en")
    words = WordsEnd(_file(store.checked("smollm2-135m-instruct"), "*.gguf"))
    hearing = Hearing(
        SmartTurn(_file(store.checked("smart-turn-v3.2"), "*.onnx")),
        WhisperRecognizer(whisper),
        FusedJudge(words, UNTAUGHT),
    )
    options.out.mkdir(parents=True, exist_ok=True)
    if options.clips is not None:
        vad = SileroModel(_file(store.checked("silero-vad-v6"), "*.onnx"))
        heard = (moment.row() for clip in load_clips(options.clips) for moment in moments(clip, vad.open(), hearing))
        _write(options.out / "moments.jsonl", heard)
    if options.sentences is not None:
        sentences = read_sentences(options.sentences)
        given = lessons(sentences, WordStarts(whisper).find, hearing, options.count, options.seed)
        _write(options.out / "lessons.jsonl", (lesson.row() for lesson in given))
    words.close()
    return 0


def _file(folder: Path, pattern: str) -> Path:
    return next(iter(sorted(folder.glob(pattern))))


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")
            file.flush()


if __name__ == "__main__":
    sys.exit(main())
