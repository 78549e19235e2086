"""`python -m models.training.visemes`: teach the network that reads mouths from sound, judge it, and write it."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

SENTENCES: Final = 260
STEPS: Final = 3000
_JUDGED: Final = 12
_VOICES: Final = Path(__file__).parents[2] / "voices"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m models.training.visemes", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for visemes.onnx and scores.json")
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="that each voice says (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=STEPS, help="of learning (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        import torch
    except ImportError:
        print("training needs torch; install it with: pip install 'visavis[train]'", file=sys.stderr)
        return 2
    from engine.layers.replica.performance.hearing import MouthReader
    from engine.layers.tts.piper_voice import PiperVoiceEngine
    from models.training.visemes.judging import FLITE_VOICES, espeak_clauses, flite_clauses, score
    from models.training.visemes.learning import export, learn
    from models.training.visemes.lessons import spoken_lessons
    from models.training.visemes.texts import sentences

    # One thread is as fast as several at these sizes, and gives the same sums every time.
    torch.set_num_threads(1)
    began = time.monotonic()

    def report(line: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {line}", flush=True)

    voices = [PiperVoiceEngine(path, path.with_name(f"{path.name}.json")) for path in sorted(_VOICES.glob("*/*.onnx"))]
    texts = sentences(options.sentences + _JUDGED, options.seed)
    lessons = list(spoken_lessons(voices, texts[_JUDGED:], options.seed))
    report(f"{len(lessons)} clauses, {sum(len(lesson.mouths) for lesson in lessons) / 3000:.0f} minutes")
    network = learn(lessons, options.steps, options.seed, report)
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "visemes.onnx"
    export(network, path)
    reader = MouthReader(path)
    judged = texts[:_JUDGED]
    heard = {voice.name: [voice.speak(text) for text in judged] for voice in voices}
    heard["espeak-ng"] = espeak_clauses(judged)
    heard |= {f"flite {name}": flite_clauses(name, judged) for name in FLITE_VOICES}
    scores = {name: score(reader, clauses).rounded() for name, clauses in heard.items() if clauses}
    for name, numbers in scores.items():
        report(f"{name}: {numbers}")
    (options.out / "scores.json").write_text(json.dumps(scores, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
