"""`visavis certificate`: TLS for a local network."""

from pathlib import Path

import click

from engine.certificates import create_certificate, machine_names
from engine.commands.installation import home_option, json_option, settings_with, show_json


@click.group()
def certificate() -> None:
    """The certificate that other machines of the network see."""


@certificate.command("create")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@home_option
@json_option
def create(names: tuple[str, ...], home: Path | None, as_json: bool) -> None:
    """Make a certificate for NAMEs: host names and addresses of this machine, by default all that it knows of itself.

    It is signed by an authority of this installation's own; whoever is to trust it imports authority.pem, once.
    """
    made, authority = create_certificate(settings_with(home=home).home, names)
    told = {
        "certificate": str(made.chain),
        "key": str(made.key),
        "authority": str(authority),
        "names": list(names or machine_names()),
    }
    if as_json:
        show_json(told)
    else:
        click.echo(f"The certificate is for {', '.join(names or machine_names())}.")
        click.echo(f"Import {authority} where the room is to be opened, as an authority for web sites.")
        click.echo("Then: VISAVIS_PUBLIC_URL=https://ADDRESS:8765 visavis serve --host 0.0.0.0")
