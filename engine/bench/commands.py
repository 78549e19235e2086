"""`visavis bench NAME`."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import click

from engine.settings import Settings


@click.group()
def bench() -> None:
    """Measure this machine; every figure comes from a real run."""


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of clips.")
@click.option(
    "--record", type=click.Path(path_type=Path, file_okay=False), help="Write what was sent and received here."
)
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where the models are [VISAVIS_HOME].")
def turn(as_json: bool, data: Path | None, record: Path | None, home: Path | None) -> None:
    """Time from a person's last voiced sample to the replica's first."""
    from engine.bench.turn import bench_turn

    settings = Settings.from_environment(os.environ).changed(home=home)
    click.echo("speaking with the appliance ...", err=True)
    report = asyncio.run(bench_turn(settings.home, data, record))
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
