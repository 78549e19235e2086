"""`visavis studio`: what can be made with the stock presenters."""

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from engine.commands.installation import home_option, json_option, settings_with, show_json
from engine.commands.voices import cloned_voice_named, voice_not_here
from engine.errors import InvalidInputError, ModelUnavailableError
from engine.settings import Settings
from engine.store.stock import load_stock
from models.shipped import shipped
from models.store import ModelStore

if TYPE_CHECKING:
    from engine.layers.replica.presenter.replica import Backdrop
    from engine.layers.tts.protocol import Voice

SIZES: Final = ("512x512", "1280x720", "720x1280")
_TOLD_EVERY: Final = 10.0  # seconds


@click.group()
def studio() -> None:
    """The stock presenters: training videos of them."""


@studio.command()
@click.argument("presenter", metavar="ID")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The MP4 to write; the truth goes beside it.",
)
@click.option("--seconds", type=float, default=120.0, show_default=True, help="Half for talking, half for listening.")
@click.option(
    "--size", default=SIZES[0], show_default=True, metavar="|".join(SIZES), help="Width and height in pixels."
)
@click.option("--voice", "voice_name", metavar="NAME", help="Who speaks [one that suits the presenter].")
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed and neural voice give the same video."
)
@click.option("--webcam", is_flag=True, help="As a cheap webcam on a desk would film it.")
@home_option
@json_option
def footage(
    presenter: str,
    out: Path,
    seconds: float,
    size: str,
    voice_name: str | None,
    seed: int,
    webcam: bool,
    home: Path | None,
    as_json: bool,
) -> None:
    """Render a training video of a presenter (ID: its name, or the id of a stock replica) with its exact ground truth.

    Beside FILE.mp4: FILE.truth.npz (what is true of each frame) and FILE.json (how it was made, and what the arrays hold).
    """
    from engine.footage.rendering import Order, render_footage

    settings = settings_with(home=home)
    width, height = _size(size)
    cast = _cast(presenter)
    backdrop = _backdrop(cast.backdrop)
    backdrop_name = "own" if backdrop is None else cast.backdrop
    order = Order(
        shipped("presenters") / cast.presenter, backdrop, backdrop_name, cast.person,
        _voice(settings, voice_name, cast.voice), seconds, width, height, seed, webcam,
    )  # fmt: skip
    began, worked = time.perf_counter(), time.process_time()
    notes = render_footage(order, out, _Told())
    took = {"seconds": round(time.perf_counter() - began, 1), "cpu_seconds": round(time.process_time() - worked, 1)}
    if as_json:
        show_json({"path": str(out), **notes, "took": took})
        return
    said = "" if notes["consent"]["complete"] else "; too short for the whole consent statement"
    click.echo(
        f"{out}: {notes['seconds']:g} s of {notes['presenter']} at {size}, spoken by {notes['voice']['voice_name']}, "
        f"made in {took['seconds']:g} s ({took['cpu_seconds']:g} s of one core){said}"
    )


class _Told:
    """Says on standard error how far the work is, now and then."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, done: int, frames: int) -> None:
        if time.monotonic() - self._last >= _TOLD_EVERY:
            self._last = time.monotonic()
            click.echo(f"{done} of {frames} frames", err=True)


def _size(size: str) -> tuple[int, int]:
    if size not in SIZES or not (found := re.fullmatch(r"(\d+)x(\d+)", size)):
        raise InvalidInputError("--size", size, f"one of {', '.join(SIZES)} is")
    return int(found[1]), int(found[2])


@dataclass(frozen=True, slots=True)
class _Cast:
    """Whom to film."""

    presenter: str
    person: str
    """The name that is said."""
    backdrop: str
    """Empty: the presenter's own."""
    voice: str
    """That of the stock replica; it need not be here."""


def _cast(given: str) -> _Cast:
    here = sorted(path.parent.name for path in shipped("presenters").glob("*/presenter.json"))
    if not here:
        raise ModelUnavailableError(f"there is no presenter in {shipped('presenters')}; install Visavis again")
    for replica in load_stock().replicas:
        presenter, voice = str(replica.fields["presenter"]), str(replica.fields.get("default_voice") or "")
        if given == presenter and presenter in here:
            return _Cast(presenter, presenter.capitalize(), "", voice)
        if given == replica.replica_id:
            if presenter not in here:
                raise ModelUnavailableError(f"the presenter {presenter!r} of {given} is not in {shipped('presenters')}")
            return _Cast(presenter, replica.replica_name, str(replica.fields.get("backdrop") or ""), voice)
    if given in here:
        return _Cast(given, given.capitalize(), "", "")
    raise InvalidInputError("ID", given, f"a presenter ({', '.join(here)}) or the id of a stock replica is")


def _backdrop(name: str) -> "Backdrop":
    from engine.layers.replica.presenter.cast import backdrop_named

    backdrop = backdrop_named(shipped("backdrops"), name)
    return None if isinstance(backdrop, Path) and not backdrop.exists() else backdrop


def _voice(settings: Settings, name: str | None, usual: str) -> "Voice":
    from engine.layers.tts.stored_voices import StoredVoices
    from engine.loading import machine_tier

    cloned = cloned_voice_named(settings, name)
    if cloned is not None:
        return cloned
    source = StoredVoices(ModelStore(settings.home), machine_tier(), settings.voice)
    if name:
        named = source.named(name)
        if named is None:
            raise voice_not_here(name)
        return source.open(named)
    choice = (source.named(usual) if usual else None) or source.choose("en")
    if choice is None:
        raise ModelUnavailableError("no voice for English is here; see `visavis voices languages`")
    return source.open(choice)
