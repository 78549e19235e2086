"""`visavis keys`: make, list, restrict and revoke API keys."""

from pathlib import Path
from typing import Any

import click

from engine.commands.installation import home_option, json_option, show_json, show_table, with_store
from engine.errors import InvalidInputError
from engine.store.keys import KeyRecord


@click.group()
def keys() -> None:
    """API keys of this installation."""


@keys.command("create")
@click.argument("name")
@click.option("--allow", multiple=True, metavar="ADDRESS", help="Address or CIDR that may use it; default: all.")
@home_option
@json_option
def create_key(name: str, allow: tuple[str, ...], home: Path | None, as_json: bool) -> None:
    """Make a key and show it, this one time."""
    key = with_store(home, lambda store: store.keys.create(name, allow))
    if as_json:
        show_json({**_as_json(key.record), "api_key": key.secret})
    else:
        click.echo(key.secret)
        click.echo(f"This is the only time the key is shown. Its id is {key.record.key_id}.", err=True)


@keys.command("list")
@home_option
@json_option
def list_keys(home: Path | None, as_json: bool) -> None:
    """List the keys, revoked ones too; their secrets are not kept."""
    found = with_store(home, lambda store: store.keys.all_keys())
    if as_json:
        show_json([_as_json(key) for key in found])
    elif found:
        show_table(("ID", "NAME", "CREATED", "LAST USED", "ALLOWED FROM", "STATE"), [_row(key) for key in found])
    else:
        click.echo("There are no keys yet: `visavis keys create NAME` makes one.", err=True)


@keys.command("allow")
@click.argument("key_id")
@click.option("--address", "addresses", multiple=True, metavar="ADDRESS", help="Address or CIDR; may be repeated.")
@click.option("--all", "everywhere", is_flag=True, help="Allow every address.")
@home_option
@json_option
def allow_key(key_id: str, addresses: tuple[str, ...], everywhere: bool, home: Path | None, as_json: bool) -> None:
    """Set from which addresses a key may be used, in place of those set before."""
    if everywhere == bool(addresses):
        raise click.UsageError("Give either --address, once or more, or --all.")
    key = _known(with_store(home, lambda store: store.keys.allow(key_id, addresses)), key_id)
    if as_json:
        show_json(_as_json(key))
    else:
        click.echo(f"{key_id} may be used from {_allowed(key)}.")


@keys.command("revoke")
@click.argument("key_id")
@home_option
@json_option
def revoke_key(key_id: str, home: Path | None, as_json: bool) -> None:
    """Make a key useless, in a running appliance within a second."""
    key = _known(with_store(home, lambda store: store.keys.revoke(key_id)), key_id)
    if as_json:
        show_json(_as_json(key))
    else:
        click.echo(f"{key_id} is revoked.")


def _known(key: KeyRecord | None, key_id: str) -> KeyRecord:
    if key is None:
        raise InvalidInputError("key_id", key_id, "the id of a valid key (`visavis keys list`) is")
    return key


def _allowed(key: KeyRecord) -> str:
    return ", ".join(key.allowed_addresses) or "all addresses"


def _row(key: KeyRecord) -> tuple[str, ...]:
    state = f"revoked {_minute(key.revoked_at)}" if key.revoked_at else "valid"
    last_used = _minute(key.last_used_at) if key.last_used_at else "never"
    return key.key_id, key.name, _minute(key.created_at), last_used, _allowed(key), state


def _minute(timestamp: str) -> str:
    return timestamp[:16].replace("T", " ") + "Z"


def _as_json(key: KeyRecord) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "name": key.name,
        "allowed_addresses": list(key.allowed_addresses),
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }
