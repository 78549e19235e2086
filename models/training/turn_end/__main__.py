"""`python -m models.training.turn_end`: teach how long to wait in a pause, judge it, and write it."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from models.training.turn_end.examples import FEATURES, Clip, Moment, read_clips, read_lessons
from models.training.turn_end.judging import Figures, Score, Wait, cross_validated, ends, judge
from models.training.turn_end.regression import fit
from models.training.turn_end.stairs import AIMS, build


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m models.training.turn_end", description=__doc__)
    parser.add_argument("--lessons", type=Path, required=True, help="lessons.jsonl of engine.bench.turn_hearing")
    parser.add_argument("--moments", type=Path, required=True, help="moments.jsonl of engine.bench.turn_hearing")
    parser.add_argument("--index", type=Path, required=True, help="turns.jsonl of the clips")
    parser.add_argument("--out", type=Path, required=True, help="folder for waiting.json and scores.json")
    options = parser.parse_args(arguments)
    try:
        taught, clips = read_lessons(options.lessons), read_clips(options.index, options.moments)
    except (OSError, ValueError, KeyError) as error:
        print(f"the examples cannot be read: {error!r}", file=sys.stderr)
        return 2
    found = fit([lesson.features for lesson in taught], [lesson.over for lesson in taught])

    def fused(moment: Moment) -> float:
        return found.score(moment.features)

    scores = {
        "fused": _by_patience(clips, fused),
        "smart-turn alone": _by_patience(clips, lambda moment: moment.features[0]),
        "words alone": _by_patience(clips, lambda moment: moment.features[2]),
        "silence alone": {patience: judge(clips, _fixed(aim.silences[-2])) for patience, aim in AIMS.items()},
    }
    heard = ends(clips, fused)
    written = {
        "weights": dict(zip(FEATURES, (round(weight, 4) for weight in found.weights), strict=True)),
        "bias": round(found.bias, 4),
        "waits": {patience: build(aim, *heard).written() for patience, aim in AIMS.items()},
    }
    options.out.mkdir(parents=True, exist_ok=True)
    _write(options.out / "waiting.json", written)
    rows = {name: {patience: asdict(row) for patience, row in rows.items()} for name, rows in scores.items()}
    _write(options.out / "scores.json", rows)
    for name, figures in scores.items():
        for patience, row in figures.items():
            print(f"| {name} | {patience} | {row.row()} |")
    return 0


def _by_patience(clips: Sequence[Clip], score: Score) -> dict[str, Figures]:
    return {patience: cross_validated(clips, score, aim) for patience, aim in AIMS.items()}


def _fixed(seconds: float) -> Wait:
    return lambda _clip, _moment: seconds


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
