"""`visavis webhooks`."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from engine.store.call_events import replica_joined, shutdown
from engine.store.opening import Store, open_store
from engine.webhooks.signing import Signer
from tests.commands.conftest import Visavis


def _in_store(home: Path, work: Callable[[Store], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        store = await open_store(home)
        result = await work(store)
        await store.close()
        return result

    return asyncio.run(run())


@pytest.fixture
def stream(home: Path) -> str:
    """A conversation with two callbacks, of which the first was given up."""

    async def fill(store: Store) -> str:
        made = await store.conversations.create(
            conversation_name="n", persona_id="p1", replica_id="r1", callback_url="http://127.0.0.1:1/"
        )
        await store.conversations.record_event(made.conversation_id, replica_joined("r1"))
        await store.conversations.end(made.conversation_id, [shutdown("r1", "over")])
        [first, _] = await store.outbox.deliveries()
        await store.outbox.gave_up(first.delivery_id, "the receiver answered 410", 410)
        return made.conversation_id

    return str(_in_store(home, fill))


def test_callbacks_are_listed_newest_first(run: Visavis, stream: str) -> None:
    head, newest, oldest = run("webhooks", "list").stdout.splitlines()
    assert head.split()[:2] == ["ID", "CREATED"]
    assert "system.shutdown" in newest
    assert "pending" in newest
    assert "system.replica_joined" in oldest
    assert oldest.endswith("the receiver answered 410")
    listed = json.loads(run("webhooks", "list", "--json").stdout)
    assert [entry["payload"]["event_type"] for entry in listed] == ["system.shutdown", "system.replica_joined"]


def test_the_list_can_be_narrowed(run: Visavis, stream: str) -> None:
    def count(*options: str) -> int:
        return len(json.loads(run("webhooks", "list", "--json", *options).stdout))

    assert count("--status", "failed") == 1
    assert count("--stream", stream) == 2
    assert count("--stream", "other") == 0
    assert count("--event-type", "system.shutdown") == 1
    assert count("--limit", "1") == 1
    assert run("webhooks", "list", "--status", "lost").exit_code == 2
    assert "1 of 2" in run("webhooks", "list", "--limit", "1").stderr


def test_a_callback_is_queued_again(run: Visavis, stream: str, home: Path) -> None:
    [pending, failed] = json.loads(run("webhooks", "list", "--json").stdout)
    assert "is queued again as 3" in run("webhooks", "replay", failed["delivery_id"]).output
    entries = _in_store(home, lambda store: store.outbox.deliveries(stream))
    assert [entry.replay_of for entry in entries] == [None, None, failed["delivery_id"]]
    assert "still pending" in str(run("webhooks", "replay", pending["delivery_id"]).exception)
    assert "delivery_id: 99" in str(run("webhooks", "replay", "99").exception)


def test_the_secret_is_the_one_that_signs(run: Visavis, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def key_of(store: Store) -> bytes:
        return store.secret("webhooks")

    shown = run("webhooks", "secret").stdout.strip()
    assert Signer.of(shown, b"").key == _in_store(home, key_of)
    assert run("webhooks", "secret").stdout.strip() == shown
    given = Signer(b"g" * 32).secret
    monkeypatch.setenv("VISAVIS_WEBHOOK_SECRET", given)
    assert run("webhooks", "secret").stdout.strip() == given
