"""`python -m models.studio build NAME --data DIR --out DIR`."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from models.studio.backdrops.catalogue import write_backdrops
from models.studio.build import PREVIEW, Quality, build
from models.studio.people import PEOPLE


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m models.studio", description="Build the stock presenters.")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("build", help="render a presenter's keys and write its bundle")
    one.add_argument("name", choices=sorted(PEOPLE))
    one.add_argument("--data", type=Path, required=True, help="folder with head.npz")
    one.add_argument("--out", type=Path, required=True, help="folder of the bundle")
    one.add_argument("--work", type=Path, help="folder for what can be taken up again (default: OUT.work)")
    one.add_argument("--preview", action="store_true", help="small and quick")
    one.add_argument("--resume", action="store_true", help="keep pictures that are already rendered")
    one.add_argument("--scale", type=float, help="pixels of a picture per canvas pixel")
    one.add_argument("--samples", type=int, help="samples per pixel of the full pictures; crops take two thirds of it")
    rooms = commands.add_parser("backdrops", help="paint the backdrops that stock replicas share")
    rooms.add_argument("--out", type=Path, required=True, help="folder of the pictures")
    told = parser.parse_args(arguments)
    if told.command == "backdrops":
        for file in write_backdrops(told.out):
            print(file)
        return 0
    quality = PREVIEW if told.preview else Quality()
    if told.scale is not None:
        quality = replace(quality, scale=told.scale)
    if told.samples is not None:
        quality = replace(quality, rest_samples=told.samples, crop_samples=max(told.samples * 2 // 3, 1))
    work = told.work or told.out.with_name(told.out.name + ".work")
    build(PEOPLE[told.name], told.data, told.out, work, quality, resume=told.resume, say=print)
    return 0


if __name__ == "__main__":
    sys.exit(main())
