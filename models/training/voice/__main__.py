"""`python -m models.training.voice`: from a folder of recordings to a voice that Piper's runtime speaks with."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from models.training.voice.corpus import CorpusError
from models.training.voice.recipe import SEED
from models.training.voice.speaker import Speaker


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all stages; a second run with the same folder goes on where the first one stopped. Returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        import torch
    except ImportError:
        print("training needs torch; install it with: pip install 'visavis[train]'", file=sys.stderr)
        return 2
    from models.training.voice.pipeline import train
    from models.training.voice.product import deliver
    from models.training.voice.stages import Run

    log = logging.getLogger("visavis.training")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    if options.device == "cuda" and not torch.cuda.is_available():
        print("--device cuda: torch finds no GPU here; use --device cpu", file=sys.stderr)
        return 2
    # One thread is as fast as several at these sizes, and gives the same sums every time.
    torch.set_num_threads(1)
    if any(options.out.glob("*.pt")) and not options.resume:
        print(f"{options.out} holds an earlier run; go on with --resume, or choose another folder", file=sys.stderr)
        return 2
    run = Run(options.out, options.seed, torch.device(options.device), log.info, parent=options.parent)
    speaker = Speaker(options.pitch, options.formants)
    try:
        trained = train(options.data, run, options.minutes, options.sentences, options.processes, speaker)
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 2
    deliver(trained, run, options.name, options.minutes, options.whisper)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="visavis voices train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with metadata.csv and flac/")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and, in product/, the voice")
    parser.add_argument("--name", default="en_US-visavis-medium", help="name of the voice (default: %(default)s)")
    parser.add_argument("--minutes", type=_minutes, help="limit for the training stages together; default: all steps")
    parser.add_argument("--resume", action="store_true", help="go on with the run in --out")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--sentences", type=int, help="take only the first so many sentences, for a trial")
    parser.add_argument("--processes", type=int, default=1, help="for measuring the recordings (default: 1)")
    parser.add_argument("--pitch", type=_factor, default=1.0, help="factor on the pitch, for another speaker")
    parser.add_argument("--formants", type=_factor, default=1.0, help="factor on the formants (0.86: a man's)")
    parser.add_argument("--from", dest="parent", type=Path, help="go on from the networks of another finished run")
    parser.add_argument("--whisper", type=Path, help="folder of a Whisper model (CTranslate2) to judge the voice with")
    return parser


def _minutes(text: str) -> float:
    minutes = float(text)
    if not 0 < minutes < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of minutes above 0")
    return minutes


def _factor(text: str) -> float:
    factor = float(text)
    if not 0.5 <= factor <= 2:
        raise argparse.ArgumentTypeError(f"{text!r} is not a factor from 0.5 to 2")
    return factor


if __name__ == "__main__":
    sys.exit(main())
