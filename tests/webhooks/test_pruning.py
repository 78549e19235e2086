"""Old deliveries are forgotten, what was given up is not."""

from datetime import UTC, datetime, timedelta

from engine.store.call_events import replica_joined
from engine.store.opening import Store
from engine.webhooks.pruning import AT_ONCE, prune


async def _deliveries(store: Store, count: int) -> list[int]:
    made = await store.conversations.create(
        conversation_name="n", persona_id="p1", replica_id="r1", callback_url="http://127.0.0.1:1/"
    )
    for _ in range(count):
        await store.conversations.record_event(made.conversation_id, replica_joined("r1"))
    return [entry.delivery_id for entry in await store.outbox.deliveries(made.conversation_id)]


async def test_a_week_after_its_delivery_a_callback_is_forgotten(store: Store) -> None:
    delivered, failed, waiting = await _deliveries(store, 3)
    await store.outbox.delivered(delivered, 200)
    await store.outbox.gave_up(failed, "the receiver answered 410", 410)
    now = datetime.now(UTC)
    assert await prune(store.outbox, now + timedelta(days=6, hours=23)) == 0
    assert await prune(store.outbox, now + timedelta(days=7, minutes=1)) == 1
    assert [entry.delivery_id for entry in await store.outbox.deliveries()] == [failed, waiting]


async def test_many_are_removed_in_small_steps(store: Store) -> None:
    for delivery_id in await _deliveries(store, 2 * AT_ONCE + 1):
        await store.outbox.delivered(delivery_id, 200)
    assert await store.outbox.prune("9999", AT_ONCE) == AT_ONCE
    assert await prune(store.outbox, datetime.now(UTC) + timedelta(days=8)) == AT_ONCE + 1
    assert await store.outbox.deliveries() == []


async def test_the_numbers_of_what_was_forgotten_do_not_return(store: Store) -> None:
    [first] = await _deliveries(store, 1)
    await store.outbox.delivered(first, 200)
    await prune(store.outbox, datetime.now(UTC) + timedelta(days=8))
    [second] = await _deliveries(store, 1)
    assert second > first
