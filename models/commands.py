"""`visavis models`: list, pull, verify, remove and find models."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from models.catalogue import Catalogue, Model, load_catalogue
from models.errors import ModelError
from models.listing import listed_models, table
from models.progress import ProgressLines, readable_size
from models.pull import Puller
from models.sources.hub import DEFAULT_HUB_URL, HubFetcher
from models.store import ModelStore, Report
from models.tiers import Tier

_INTERRUPTED = 130


class ModelCommands(click.Group):
    """Shows what goes wrong as one line, never as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a ModelError becomes exit status 1, Ctrl-C 130."""
        try:
            return super().invoke(ctx)
        except ModelError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            click.echo("interrupted; the next pull goes on from here", err=True)
            # Not ctx.exit: inside another group that would only return a value.
            raise SystemExit(_INTERRUPTED) from None


_home = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="VISAVIS_HOME",
    default=lambda: Path.home() / ".local" / "share" / "visavis",
    help="Data, models and keys.  [default: ~/.local/share/visavis]",
)
_catalogue = click.option(
    "--catalogue",
    "catalogue_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="VISAVIS_CATALOGUE",
    help="Another catalogue (TOML) instead of the one that ships with the product.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(cls=ModelCommands, name="models")
def models() -> None:
    """The models: what exists, what is here, and where it comes from."""


@models.command("list")
@_home
@_catalogue
@_json
@click.option(
    "--tier", type=click.Choice([str(tier) for tier in Tier]), help="Only what is suggested for this machine."
)
def list_models(home: Path, catalogue_file: Path | None, as_json: bool, tier: str | None) -> None:
    """Show the models of the catalogue and of the store."""
    store, catalogue = ModelStore(home.expanduser()), load_catalogue(catalogue_file)
    names = None if tier is None else {model.name for model in catalogue.suggested(Tier(tier))}
    rows = [row for row in listed_models(catalogue, store) if names is None or row.name in names]
    if as_json:
        _print_json([row.as_json() for row in rows])
    else:
        click.echo(table(rows))


@models.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@_home
@_catalogue
@click.option("--default", "default", is_flag=True, help="The set that every machine gets.")
@click.option("--tier", type=click.Choice([str(tier) for tier in Tier]), help="The set suggested for such a machine.")
@click.option(
    "--from",
    "import_folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Look for the files in this folder first.",
)
@click.option("--offline", is_flag=True, envvar="VISAVIS_OFFLINE", help="Use only what is on this machine.")
@click.option("--hub-url", envvar="VISAVIS_HUB_URL", default=DEFAULT_HUB_URL, show_default=True, help="The model hub.")
def pull(
    names: tuple[str, ...],
    home: Path,
    catalogue_file: Path | None,
    default: bool,
    tier: str | None,
    import_folder: Path | None,
    offline: bool,
    hub_url: str,
) -> None:
    """Fetch models, or mend damaged ones; an interrupted pull is continued."""
    chosen = _chosen(load_catalogue(catalogue_file), names, default, tier)
    if not chosen:
        raise click.UsageError("name a model, or give --default or --tier")
    lines = ProgressLines(sys.stderr)
    puller = Puller(
        store=ModelStore(home.expanduser()),
        hub=HubFetcher(base_url=hub_url, token=os.environ.get("HF_TOKEN", "").strip()),
        offline=offline,
        import_folder=import_folder,
        progress=lines,
        on_wait=lambda: click.echo("another pull is at work in this store; waiting for it", err=True),
    )
    failed = []
    for model in chosen:
        try:
            fetched = puller.pull(model)
        except ModelError as error:
            lines.close()
            if len(chosen) == 1:
                raise
            click.echo(f"Error: {error}", err=True)
            failed.append(model.name)
        else:
            click.echo(f"{model.name}: {'pulled' if fetched else 'is here'}, {readable_size(model.size)}")
        finally:
            lines.close()
    if failed:
        raise click.ClickException(f"not pulled: {', '.join(failed)}")


@models.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@_home
@_json
def verify(names: tuple[str, ...], home: Path, as_json: bool) -> None:
    """Hash the files of installed models again; exit status 1 when one is damaged."""
    store = ModelStore(home.expanduser())
    wanted = names or tuple(model.name for model in store.installed())
    reports = [store.verify(name) for name in wanted]
    if as_json:
        _print_json([_report_json(report) for report in reports])
    else:
        for report in reports:
            _show(report)
    damaged = [report.name for report in reports if not report.sound]
    if damaged:
        raise click.ClickException(f"damaged; mend with: visavis models pull {' '.join(damaged)}")


@models.command()
@click.argument("name")
@_home
def remove(name: str, home: Path) -> None:
    """Remove an installed model."""
    freed = ModelStore(home.expanduser()).remove(name)
    click.echo(f"{name}: removed, {readable_size(freed)} freed")


@models.command()
@click.argument("name")
@_home
def where(name: str, home: Path) -> None:
    """Print the folder of an installed model."""
    click.echo(ModelStore(home.expanduser()).path(name))


def main() -> None:
    """Run the commands as a program of their own."""
    models(prog_name="models")


def _chosen(catalogue: Catalogue, names: tuple[str, ...], default: bool, tier: str | None) -> list[Model]:
    chosen = [catalogue.get(name) for name in names]
    if default:
        chosen.extend(catalogue.defaults())
    if tier is not None:
        chosen.extend(catalogue.suggested(Tier(tier)))
    return list({model.name: model for model in chosen}.values())


def _show(report: Report) -> None:
    if not report.files:
        click.echo(f"{report.name}: put here by hand, no hash is known")
    for file in report.files:
        verdict = "sound" if file.sound else f"DAMAGED: sha256 {file.found}, expected {file.expected}"
        click.echo(f"{report.name}  {file.path}  {verdict}")


def _report_json(report: Report) -> dict[str, Any]:
    files = [
        {"path": file.path, "expected": file.expected, "found": file.found, "sound": file.sound}
        for file in report.files
    ]
    return {"name": report.name, "sound": report.sound, "files": files}


def _print_json(value: list[Any]) -> None:
    click.echo(json.dumps(value, indent=2))
