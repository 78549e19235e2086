"""`visavis webhooks`: callbacks that were sent, wait or were given up, and the secret that signs them."""

from pathlib import Path

import click

from engine.commands.installation import (
    home_option,
    json_option,
    settings_with,
    show_json,
    show_table,
    with_store,
)
from engine.errors import InvalidInputError, VisavisError
from engine.store.listing import Window
from engine.store.opening import Store
from engine.store.outbox import STATUSES, Delivery
from engine.webhooks.presentation import delivery_json, event_type_of
from engine.webhooks.signing import Signer


@click.group()
def webhooks() -> None:
    """Callbacks of this installation."""


@webhooks.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only those in this state.")
@click.option("--stream", metavar="ID", help="Only those of this conversation, replica, video or document.")
@click.option("--event-type", metavar="TYPE", help="Only those of this kind, such as system.shutdown.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="The newest so many.")
@home_option
@json_option
def list_deliveries(
    status: str | None, stream: str | None, event_type: str | None, limit: int, home: Path | None, as_json: bool
) -> None:
    """List callbacks, newest first."""
    page = with_store(
        home,
        lambda store: store.outbox.page(Window(limit=limit), status=status, stream=stream, event_type=event_type),
    )
    if as_json:
        show_json([delivery_json(delivery, with_payload=True) for delivery in page.records])
        return
    head = ("ID", "CREATED", "STREAM", "EVENT", "STATE", "TRIES", "LAST ERROR")
    show_table(head, [_row(delivery) for delivery in page.records])
    if len(page.records) < page.total_count:
        click.echo(f"The newest {len(page.records)} of {page.total_count}; --limit shows more.", err=True)


@webhooks.command("replay")
@click.argument("delivery_id", type=int)
@home_option
@json_option
def replay_delivery(delivery_id: int, home: Path | None, as_json: bool) -> None:
    """Send a callback once more, as a new delivery; a running appliance does so within seconds, another one at its next start."""
    queued = with_store(home, lambda store: store.outbox.replay(delivery_id))
    if queued is None:
        raise InvalidInputError("delivery_id", delivery_id, "the id of a delivery (`visavis webhooks list`) is")
    if queued.delivery_id == delivery_id:
        raise VisavisError(f"delivery {delivery_id} is still pending: it is tried again anyway")
    if as_json:
        show_json(delivery_json(queued, with_payload=True))
    else:
        click.echo(f"{delivery_id} is queued again as {queued.delivery_id}.")


@webhooks.command("secret")
@home_option
def show_secret(home: Path | None) -> None:
    """Show the secret with which a receiver checks signatures (webhook-signature, in the form of Standard Webhooks)."""

    async def own_secret(store: Store) -> bytes:
        return store.secret("webhooks")

    click.echo(Signer.of(settings_with().webhook_secret.reveal(), with_store(home, own_secret)).secret)


def _row(delivery: Delivery) -> tuple[str, ...]:
    return (
        str(delivery.delivery_id),
        delivery.created_at[:19].replace("T", " ") + "Z",
        delivery.stream,
        event_type_of(delivery) or "-",
        delivery.status,
        str(delivery.attempts),
        delivery.last_error or "-",
    )
