"""Conversations: a change and its callback are one transaction."""

import json

import pytest

from engine.store.call_events import ShutdownReason, replica_joined, shutdown, transcription_ready
from engine.store.listing import Window
from engine.store.opening import Store
from engine.store.records import ConversationRecord

CALLBACK = "http://127.0.0.1:1/hook"


async def _create(store: Store, name: str = "a talk", callback_url: str = CALLBACK) -> ConversationRecord:
    return await store.conversations.create(
        conversation_name=name,
        persona_id="p1",
        replica_id="r1",
        callback_url=callback_url,
        properties={"language": "english"},
        fields={"audio_only": True},
    )


async def test_what_was_created_comes_back_as_it_was(store: Store) -> None:
    made = await _create(store)
    assert await store.conversations.get(made.conversation_id) == made
    assert made.status == "active"
    assert await store.conversations.get("cunknown") is None


async def test_an_event_and_its_callback_are_written_together(store: Store) -> None:
    made = await _create(store)
    event = replica_joined("r1")
    store.outbox.changed.clear()
    assert await store.conversations.record_event(made.conversation_id, event)
    assert await store.conversations.events(made.conversation_id) == [event]
    [delivery] = await store.outbox.deliveries(made.conversation_id)
    assert delivery.url == CALLBACK
    assert json.loads(delivery.payload) == {
        "properties": {"replica_id": "r1"},
        "conversation_id": made.conversation_id,
        "webhook_url": CALLBACK,
        "event_type": "system.replica_joined",
        "message_type": "system",
        "timestamp": event.timestamp,
    }
    assert store.outbox.changed.is_set()


async def test_without_a_callback_url_nothing_is_queued(store: Store) -> None:
    made = await _create(store, callback_url="")
    await store.conversations.record_event(made.conversation_id, replica_joined("r1"))
    assert await store.outbox.deliveries() == []


async def test_ending_happens_once_and_carries_the_reason_under_both_names(store: Store) -> None:
    made = await _create(store)
    transcript = [{"role": "user", "content": "Hi."}]
    last = [shutdown("r1", ShutdownReason.MAX_CALL_DURATION), transcription_ready("r1", transcript)]
    assert await store.conversations.end(made.conversation_id, last)
    assert not await store.conversations.end(made.conversation_id, [shutdown("r1", "again")])
    record = await store.conversations.get(made.conversation_id)
    assert record is not None
    assert record.status == "ended"
    assert record.updated_at > made.updated_at
    events = await store.conversations.events(made.conversation_id)
    assert events == last
    assert events[0].properties == {
        "replica_id": "r1",
        "shutdown_reason": "max_call_duration",
        "reason": "max_call_duration",
    }
    assert len(await store.outbox.deliveries(made.conversation_id)) == 2


async def test_what_a_crash_left_active_is_ended_with_a_reason(store: Store) -> None:
    active, ended = await _create(store), await _create(store)
    await store.conversations.end(ended.conversation_id, [])
    assert await store.conversations.end_abandoned() == [active.conversation_id]
    [event] = await store.conversations.events(active.conversation_id)
    assert event.properties["shutdown_reason"] == "internal error occurred at step process_restart"
    assert await store.conversations.events(ended.conversation_id) == []
    assert await store.conversations.end_abandoned() == []


async def test_a_deleted_conversation_is_gone_from_view(store: Store) -> None:
    made = await _create(store)
    await store.conversations.record_event(made.conversation_id, replica_joined("r1"))
    assert await store.conversations.delete(made.conversation_id)
    assert not await store.conversations.delete(made.conversation_id)
    assert await store.conversations.get(made.conversation_id) is None
    assert (await store.conversations.page(Window())).total_count == 0
    assert len(await store.outbox.deliveries(made.conversation_id)) == 1


async def test_a_hard_delete_leaves_no_word_behind(store: Store) -> None:
    made = await _create(store, name="the purple elephant")
    said = transcription_ready("r1", [{"role": "user", "content": "purple elephant"}])
    await store.conversations.record_event(made.conversation_id, said)
    assert await store.conversations.delete(made.conversation_id, hard=True)
    assert await store.conversations.events(made.conversation_id) == []
    assert await store.outbox.deliveries(made.conversation_id) == []
    assert not await store.conversations.record_event(made.conversation_id, said)
    dump = await store.database.read(lambda tables: "\n".join(tables.conn.iterdump()))
    assert "purple elephant" not in dump


@pytest.mark.parametrize(("ascending", "names"), [(False, ["c2", "c1"]), (True, ["c0", "c1"])])
async def test_pages_are_newest_first_unless_asked_otherwise(store: Store, ascending: bool, names: list[str]) -> None:
    for number in range(3):
        await _create(store, name=f"c{number}")
    page = await store.conversations.page(Window(limit=2, ascending=ascending))
    assert [record.conversation_name for record in page.records] == names
    assert page.total_count == 3
    rest = await store.conversations.page(Window(limit=2, offset=2, ascending=ascending))
    assert len(rest.records) == 1
    assert rest.total_count == 3


async def test_filters_narrow_the_list_and_the_count(store: Store) -> None:
    first = await _create(store, name="Weekly 100% review")
    await _create(store, name="other")
    await store.conversations.end(first.conversation_id, [])
    by_status = await store.conversations.page(Window(), status="ended")
    assert [record.conversation_id for record in by_status.records] == [first.conversation_id]
    assert (await store.conversations.page(Window(), name="WEEKLY 100%")).total_count == 1
    assert (await store.conversations.page(Window(), name="%")).total_count == 1, "a wildcard is an ordinary character"
    assert (await store.conversations.page(Window(), name="review", status="active")).total_count == 0
