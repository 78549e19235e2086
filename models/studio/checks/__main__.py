"""`python -m models.studio.checks sheet|scores NAME --bundle DIR`."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from engine.errors import ModelUnavailableError
from engine.layers.perception import face_detection, face_mesh
from models.errors import ModelError
from models.store import ModelStore
from models.studio.build import Quality
from models.studio.card import show_scores
from models.studio.checks.likeness import between_likeness, rest_likeness
from models.studio.checks.live import Live
from models.studio.checks.playing import manners, play
from models.studio.checks.proof import save_proof
from models.studio.checks.scores import FILE, film_scores, picture_scores, read_scores, write_scores
from models.studio.checks.sheet import write_sheet
from models.studio.checks.truths import OutdatedBundleError, render_truths
from models.studio.checks.watching import save_frames, watch
from models.studio.people import PEOPLE


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; 1 when a score is not reached."""
    parser = argparse.ArgumentParser(prog="python -m models.studio.checks", description="Check finished presenters.")
    commands = parser.add_subparsers(dest="command", required=True)
    sheet = commands.add_parser("sheet", help="draw the contact sheet")
    scores = commands.add_parser("scores", help=f"measure, write {FILE} and show it in the card")
    for command in (sheet, scores):
        command.add_argument("name", choices=sorted(PEOPLE))
        command.add_argument("--bundle", type=Path, required=True, help="folder of the bundle")
    sheet.add_argument("--out", type=Path, help="picture to write (default: sheet.webp in the bundle)")
    scores.add_argument("--data", type=Path, help="folder with head.npz; without it nothing is rendered for comparison")
    scores.add_argument("--work", type=Path, help="the build's folder (default: BUNDLE.work)")
    scores.add_argument("--scale", type=float, help="what the bundle was built with")
    scores.add_argument("--samples", type=int, help="what the bundle was built with")
    scores.add_argument("--home", type=Path, help="folder of the model store; without it nobody looks at the film")
    told = parser.parse_args(arguments)
    if told.command == "sheet":
        target = told.out or told.bundle / "sheet.webp"
        size = write_sheet(Live(told.bundle), PEOPLE[told.name].seed, target)
        print(f"{target}: {size / 1000:.0f} kB")
        return 0
    try:
        return _score(told)
    except (ModelError, ModelUnavailableError, OutdatedBundleError) as error:
        print(error, file=sys.stderr)
        return 2


def _score(told: argparse.Namespace) -> int:
    recipe, live = PEOPLE[told.name], Live(told.bundle)
    work = told.work or told.bundle.with_name(told.bundle.name + ".work")
    proofs = work / "proofs"
    proofs.mkdir(parents=True, exist_ok=True)
    rest, between = rest_likeness(live), []
    if told.data is not None:
        quality = Quality()
        if told.scale is not None:
            quality = replace(quality, scale=told.scale)
        if told.samples is not None:
            quality = replace(quality, rest_samples=told.samples, crop_samples=max(told.samples * 2 // 3, 1))
        between = between_likeness(live, render_truths(recipe, told.data, work, quality, print))
    save_proof([rest], proofs / "rest.png")
    if between:
        save_proof(between, proofs / "between.png")
    found = picture_scores(rest, between)
    if told.home is not None:
        store = ModelStore(told.home)
        detector = face_detection.FaceDetector(store.checked(face_detection.MODEL))
        mesher = face_mesh.FaceMesher(store.checked(face_mesh.MODEL))
        moments = play(recipe.seed)
        seen = watch(live, moments, detector, mesher)
        found += film_scores(seen, manners(recipe.seed))
        save_frames(live, moments, seen.faintest(4), proofs / "faintest.png")
    write_scores(told.bundle, recipe.name, found)
    show_scores(told.bundle, read_scores(told.bundle))
    for score in found:
        bound = f">= {score.needed:g}" if score.most is None else f"{score.needed:g} to {score.most:g}"
        print(f"{score.name:24}{score.value:8.3f}  {bound:12}{'' if score.passed else 'MISSED  '}{score.worst}")
    return 0 if all(score.passed for score in found) else 1


if __name__ == "__main__":
    sys.exit(main())
