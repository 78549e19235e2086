"""What commands share that work on an installation's home folder, beside a running appliance or without one."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from engine.settings import Settings
from engine.store.opening import Store, open_store

Result = TypeVar("Result")

home_option = click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), help="Data, models and keys [VISAVIS_HOME]."
)
json_option = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")


def settings_with(**given: Any) -> Settings:
    """Return the settings of the environment, with what the command line gave. Raises InvalidInputError."""
    return Settings.from_environment(os.environ).changed(**given)


def with_store(home: Path | None, work: Callable[[Store], Awaitable[Result]]) -> Result:
    """Open the store, do `work` in an event loop and close the store again. Raises StoreError."""

    async def run() -> Result:
        store = await open_store(settings_with(home=home).home)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def show_json(value: object) -> None:
    """Write one JSON value to standard output."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def show_table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Write rows under a head, each column as wide as its longest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
