"""`visavis voices train`: a voice from a folder of recordings."""

import sys

import click


@click.command(
    "train",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    short_help="Make a Piper-format voice from recordings.",
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def train(options: tuple[str, ...]) -> None:
    """Train a voice; takes the options of `python -m models.training.voice` (see `visavis voices train --help`)."""
    from models.training.voice.__main__ import main

    sys.exit(main(options))
