"""`visavis bench NAME`."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import click

from engine.settings import PICTURES, Settings


@click.group()
def bench() -> None:
    """Measure this machine; every figure comes from a real run."""


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of clips.")
@click.option(
    "--record", type=click.Path(path_type=Path, file_okay=False), help="Write what was sent and received here."
)
@click.option(
    "--peer", type=click.Choice(["pipecat"]), help="Beside another pipeline of the same models, in turn with it."
)
@click.option(
    "--peer-folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The peer's environment, made where it is missing [in the cache of the home folder].",
)
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where the models are [VISAVIS_HOME].")
def turn(
    as_json: bool,
    data: Path | None,
    record: Path | None,
    peer: str | None,
    peer_folder: Path | None,
    home: Path | None,
) -> None:
    """Time from a person's last voiced sample to the replica's first."""
    from engine.bench.peer.against import PeerPlan
    from engine.bench.turn import bench_turn

    settings = Settings.from_environment(os.environ).changed(home=home)
    click.echo("speaking with the appliance ...", err=True)
    plan = PeerPlan(settings, peer_folder, record) if peer else None
    report = asyncio.run(
        bench_turn(settings.home, data, record, peer=plan, note=lambda text: click.echo(text, err=True))
    )
    _show(report, as_json)


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option(
    "--seconds", type=click.FloatRange(1, 3600), default=60.0, show_default=True, help="How long requests are sent."
)
@click.option("--call/--no-call", default=True, help="Beside a running conversation, or with the machine for itself.")
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where the models are [VISAVIS_HOME].")
def api(as_json: bool, seconds: float, call: bool, home: Path | None) -> None:
    """Answers of the API while a conversation runs: 30 GET and 20 POST of /v2/personas a second."""
    from engine.bench.api import bench_api

    settings = Settings.from_environment(os.environ).changed(home=home)
    click.echo("asking the appliance ...", err=True)
    _show(asyncio.run(bench_api(settings.home, seconds=seconds, call=call)), as_json)


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option("--voice", help="A voice in the store, an ONNX file, or `basic`; without it the one that calls have.")
@click.option(
    "--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of a person's recordings."
)
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where the models are [VISAVIS_HOME].")
def tts(as_json: bool, voice: str | None, data: Path | None, home: Path | None) -> None:
    """How fast and how intelligibly a voice speaks, and how close it is to a person's recordings."""
    from engine.bench.tts import bench_tts

    settings = Settings.from_environment(os.environ).changed(home=home)
    name = voice or settings.voice or None
    _show(bench_tts(settings.home, data, name, lambda text: click.echo(text, err=True)), as_json)


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of clips with their transcripts [the shipped ones].",
)
@click.option(
    "--sentences",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of read sentences (metadata.csv and flac/), heard too.",
)
@click.option(
    "--count", type=click.IntRange(1), default=200, show_default=True, help="How many of these sentences are heard."
)
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where the models are [VISAVIS_HOME].")
def stt(as_json: bool, data: Path | None, sentences: Path | None, count: int, home: Path | None) -> None:
    """What is understood on windows as short as the sound, against the full window of 30 s, and how soon."""
    from engine.bench.stt import bench_stt

    settings = Settings.from_environment(os.environ).changed(home=home)
    report = bench_stt(settings.home, data, sentences, lambda text: click.echo(text, err=True), count=count)
    _show(report, as_json)


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where the models are [VISAVIS_HOME].")
def llm(as_json: bool, home: Path | None) -> None:
    """How fast the chat model reads and writes, how soon it begins, and how soon it is free once interrupted."""
    from engine.bench.llm import bench_llm

    settings = Settings.from_environment(os.environ).changed(home=home)
    _show(bench_llm(settings, lambda text: click.echo(text, err=True)), as_json)


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option(
    "--presenters",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of presenters [the shipped ones].",
)
@click.option("--only", default="", metavar="NAME", help="This presenter alone [all].")
@click.option("--size", type=click.Choice(sorted(PICTURES)), default="512", show_default=True, help="What is drawn.")
@click.option("--beside-call", is_flag=True, help="In a conversation too, seen and heard at its receiver.")
@click.option(
    "--frames",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write half a minute of each presenter, as received in a call, here.",
)
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where the models are [VISAVIS_HOME].")
def replica(
    as_json: bool,
    presenters: Path | None,
    only: str,
    size: str,
    beside_call: bool,
    frames: Path | None,
    home: Path | None,
) -> None:
    """What the presenters cost to draw, and whether their faces follow their speech."""
    from engine.bench.replica import bench_replica

    settings = Settings.from_environment(os.environ).changed(home=home)
    report = bench_replica(
        settings.home,
        presenters,
        lambda text: click.echo(text, err=True),
        size=PICTURES[size],
        beside_call=beside_call,
        frames=frames,
        only=only,
    )
    _show(report, as_json)


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option("--people", type=click.IntRange(1, 20), default=3, show_default=True, help="People besides the replica.")
@click.option(
    "--minutes", type=click.FloatRange(0.1, 58), default=2.0, show_default=True, help="How long they talk in turn."
)
@click.option("--record", is_flag=True, help="Record the call, and look at the film too.")
@click.option(
    "--loss", type=click.FloatRange(0, 50), default=0.0, show_default=True, help="Packets lost each way, in hundredths."
)
@click.option(
    "--jitter",
    type=click.FloatRange(0, 1000),
    default=0.0,
    show_default=True,
    help="Milliseconds by which packets are delayed at most, each way.",
)
@click.option(
    "--report",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write what was found so far here, turn by turn, and the film.",
)
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where the models are [VISAVIS_HOME].")
def room(
    as_json: bool,
    people: int,
    minutes: float,
    record: bool,
    loss: float,
    jitter: float,
    folder: Path | None,
    home: Path | None,
) -> None:
    """Several people and the replica in one room, on a good or a bad network."""
    from engine.bench.relay import Weather
    from engine.bench.room import Plan, bench_room

    settings = Settings.from_environment(os.environ).changed(home=home)
    plan = Plan(people=people, minutes=minutes, record=record, weather=Weather(loss / 100, jitter / 1000))
    click.echo(f"{people} people are talking with the appliance ...", err=True)
    _show(asyncio.run(bench_room(settings.home, plan, folder)), as_json)


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of clips.")
@click.option("--part", "parts", multiple=True, type=click.Choice(["turns", "barge"]), help="Only these [both].")
@click.option(
    "--model", type=click.Choice(["sparrow-1", "sparrow-0", "time-based"]), default="sparrow-1", show_default=True
)
@click.option("--patience", "patiences", multiple=True, type=click.Choice(["low", "medium", "high"]), help="[all]")
@click.option(
    "--level",
    "levels",
    multiple=True,
    type=click.Choice(["verylow", "low", "medium", "high"]),
    help="Of interruptibility [all].",
)
@click.option("--decisions", type=click.Path(path_type=Path, dir_okay=False), help="Write when turns were taken.")
@click.option("--report", type=click.Path(path_type=Path, file_okay=False), help="Write what was found so far here.")
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where the models are [VISAVIS_HOME].")
def flow(
    as_json: bool,
    data: Path | None,
    parts: tuple[str, ...],
    model: str,
    patiences: tuple[str, ...],
    levels: tuple[str, ...],
    decisions: Path | None,
    report: Path | None,
    home: Path | None,
) -> None:
    """When the turn is taken, and what stops the replica."""
    from engine.bench.flow import LEVELS, PATIENCES, FlowPlan, bench_flow

    settings = Settings.from_environment(os.environ).changed(home=home)
    plan = FlowPlan(
        data, parts or ("turns", "barge"), model, patiences or PATIENCES, levels or LEVELS, decisions, report
    )
    _show(asyncio.run(bench_flow(settings.home, plan, lambda text: click.echo(text, err=True))), as_json)


def _show(report: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report))
    else:
        for line in _table(report):
            click.echo(line)


def _table(report: dict[str, Any], prefix: str = "") -> list[str]:
    lines = []
    for name, value in report.items():
        if isinstance(value, dict):
            lines += _table(value, f"{prefix}{name}.")
        else:
            lines.append(f"{prefix + name:<34} {value}")
    return lines
