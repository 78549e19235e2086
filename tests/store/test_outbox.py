"""The queue of callbacks: what is due, in which order, and what is kept of each try."""

import json
import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database as Tables
from sqlite_utils import Migrations

from engine.store import migrations
from engine.store.listing import Window
from engine.store.opening import DATABASE_NAME, Store, open_store
from engine.store.outbox import Delivery, receiver_of

URL = "http://127.0.0.1:5000/hook"


async def _enqueue(store: Store, stream: str, url: str = URL, **payload: object) -> int:
    await store.database.write(lambda tables: store.outbox.enqueue(tables, stream, url, payload))
    return (await store.outbox.deliveries(stream))[-1].delivery_id


async def _due(store: Store, now: float = 0.0, **conditions: list[str]) -> list[str]:
    found = await store.outbox.due(now, 10, per_receiver=3, **conditions)
    return [f"{entry.stream}{json.loads(entry.payload).get('n', '')}" for entry in found]


async def test_only_the_first_of_each_stream_is_due(store: Store) -> None:
    for n in (1, 2):
        await _enqueue(store, "a", n=n)
        await _enqueue(store, "b", n=n)
    assert await _due(store) == ["a1", "b1"]
    [first, *_] = await store.outbox.deliveries("a")
    await store.outbox.delivered(first.delivery_id, 200)
    assert await _due(store) == ["b1", "a2"]


async def test_what_failed_waits_for_its_time_and_its_stream_with_it(store: Store) -> None:
    first = await _enqueue(store, "a", n=1)
    await _enqueue(store, "a", n=2)
    await store.outbox.retry_at(first, 100.0, "the receiver answered 503", 503)
    assert await _due(store, 99.0) == []
    assert await store.outbox.next_after(99.0) == 100.0
    assert await _due(store, 100.0) == ["a1"]
    assert await store.outbox.next_after(100.0) is None


async def test_those_never_tried_come_before_those_that_failed(store: Store) -> None:
    failed = await _enqueue(store, "a")
    await store.outbox.retry_at(failed, 50.0, "no")
    await _enqueue(store, "b")
    assert await _due(store, 60.0) == ["b", "a"]


async def test_one_receiver_gets_no_more_than_its_share(store: Store) -> None:
    for stream in "abcde":
        await _enqueue(store, stream, "http://dead.test/x")
    await _enqueue(store, "f", "http://alive.test/")
    assert await _due(store) == ["a", "b", "c", "f"]
    assert await _due(store, past=["http://dead.test:80"]) == ["f"]
    assert await _due(store, without=["a", "b", "f"]) == ["c", "d", "e"]


async def test_what_was_given_up_lets_those_behind_it_pass(store: Store) -> None:
    first = await _enqueue(store, "a", n=1)
    await _enqueue(store, "a", n=2)
    await store.outbox.gave_up(first, "the receiver answered 410", 410)
    assert await _due(store) == ["a2"]
    given_up = await store.outbox.get(first)
    assert given_up is not None
    assert (given_up.status, given_up.attempts, given_up.last_status) == ("failed", 1, 410)


async def test_every_try_leaves_its_trace(store: Store) -> None:
    delivery_id = await _enqueue(store, "a")
    fresh = await store.outbox.get(delivery_id)
    assert fresh is not None
    assert (fresh.status, fresh.attempts, fresh.last_attempt_at, fresh.last_status) == ("pending", 0, None, None)
    await store.outbox.retry_at(delivery_id, 5.0, "no answer within 10 s")
    failed = await store.outbox.get(delivery_id)
    assert failed is not None
    assert (failed.attempts, failed.last_error, failed.last_status) == (1, "no answer within 10 s", None)
    await store.outbox.delivered(delivery_id, 204)
    done = await store.outbox.get(delivery_id)
    assert done is not None
    assert (done.status, done.attempts, done.last_error, done.last_status) == ("delivered", 2, None, 204)
    assert failed.last_attempt_at is not None
    assert done.delivered_at is not None
    assert failed.last_attempt_at < done.delivered_at


async def test_a_replay_is_a_new_delivery_at_the_end_of_its_stream(store: Store) -> None:
    first = await _enqueue(store, "a", n=1)
    await _enqueue(store, "a", n=2)
    await store.outbox.gave_up(first, "no", 500)
    store.outbox.changed.clear()
    again = await store.outbox.replay(first)
    assert again is not None
    assert store.outbox.changed.is_set()
    original, second, last = await store.outbox.deliveries("a")
    assert last == again
    assert (last.replay_of, last.status, last.attempts, last.payload) == (first, "pending", 0, original.payload)
    assert last.webhook_id != original.webhook_id
    assert original.status == "failed"
    assert await _due(store) == ["a2"]
    await store.outbox.delivered(second.delivery_id, 200)
    assert await _due(store) == ["a1"]


async def test_what_still_waits_is_not_queued_twice(store: Store) -> None:
    delivery_id = await _enqueue(store, "a")
    waiting = await store.outbox.replay(delivery_id)
    assert waiting is not None
    assert waiting.delivery_id == delivery_id
    assert len(await store.outbox.deliveries()) == 1
    assert await store.outbox.replay(delivery_id + 1) is None


async def test_deliveries_are_found_by_state_stream_and_event(store: Store) -> None:
    joined = await _enqueue(store, "a", event_type="system.replica_joined")
    await _enqueue(store, "a", event_type="system.shutdown")
    await _enqueue(store, "b", status="ready")
    await store.outbox.delivered(joined, 200)

    async def found(**filters: str) -> list[str]:
        page = await store.outbox.page(Window(ascending=True), **filters)
        assert page.total_count == len(page.records)
        return [entry.stream for entry in page.records]

    assert await found() == ["a", "a", "b"]
    assert await found(status="pending") == ["a", "b"]
    assert await found(stream="a") == ["a", "a"]
    assert await found(event_type="system.shutdown") == ["a"]
    assert await found(status="delivered", event_type="system.shutdown") == []


@pytest.mark.parametrize(
    ("url", "receiver"),
    [
        ("https://Example.test/a?b=c", "https://example.test:443"),
        ("http://example.test", "http://example.test:80"),
        ("http://[::1]:5000/hook", "http://::1:5000"),
        ("http://127.0.0.1:99999/", "http://127.0.0.1:99999/"),
        ("ftp://example.test/", "ftp://example.test:None"),
    ],
)
def test_a_receiver_is_told_by_scheme_host_and_port(url: str, receiver: str) -> None:
    assert receiver_of(url) == receiver


async def test_callbacks_of_an_earlier_version_are_still_delivered(tmp_path: Path) -> None:
    earlier = [step for step in migrations.STEPS if step.__name__ < "_m009"]
    connection = sqlite3.connect(tmp_path / DATABASE_NAME, isolation_level=None)
    tables = Tables(connection)
    steps = Migrations("visavis")
    for step in earlier:
        steps(name=step.__name__.lstrip("_"))(step)
    steps.apply(tables)
    for stream in ("a", "b"):
        tables.execute(
            "INSERT INTO outbox (stream, url, payload, created_at) VALUES (?, ?, '{}', '2026-01-01')", [stream, URL]
        )
    connection.close()
    store = await open_store(tmp_path)
    due: list[Delivery] = await store.outbox.due(0.0, 10, per_receiver=3)
    assert [entry.stream for entry in due] == ["a", "b"]
    assert len({entry.webhook_id for entry in due}) == 2
    assert all(entry.webhook_id.startswith("msg_") for entry in due)
    await store.close()
