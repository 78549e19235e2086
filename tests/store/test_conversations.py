"""Conversations: a change and its callback are one transaction."""

import json
from pathlib import Path

import pytest
from sqlite_utils import Database as Tables

from engine.store.call_events import ShutdownReason, replica_joined, shutdown, transcription_ready
from engine.store.listing import Window
from engine.store.opening import Store, open_store
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


async def test_the_words_kept_of_a_running_call_outlive_a_crash(store: Store) -> None:
    crashed, ended, silent = await _create(store), await _create(store), await _create(store)
    words = [{"role": "user", "content": "Hi."}]
    for conversation in (crashed, ended):
        await store.conversations.keep_transcript(conversation.conversation_id, [{"role": "system", "content": "Be."}])
        await store.conversations.keep_transcript(conversation.conversation_id, words)
    await store.conversations.end(ended.conversation_id, [])
    await store.conversations.keep_transcript(ended.conversation_id, words)
    await store.conversations.keep_transcript("cunknown", words)

    abandoned = await store.conversations.end_abandoned()

    assert abandoned == [crashed.conversation_id, silent.conversation_id]
    [_, transcription] = await store.conversations.events(crashed.conversation_id)
    assert transcription.event_type == "application.transcription_ready"
    assert transcription.properties == {"replica_id": "r1", "transcript": words}
    assert len(await store.outbox.deliveries(crashed.conversation_id)) == 2
    assert [event.event_type for event in await store.conversations.events(silent.conversation_id)] == [
        "system.shutdown"
    ]
    left = await store.database.read(lambda tables: list(tables.query("SELECT * FROM running_transcripts")))
    assert left == []


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
    await store.conversations.keep_transcript(made.conversation_id, said.properties["transcript"])
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


async def test_secrets_are_sealed_on_the_disk_and_plain_in_the_record(store: Store) -> None:
    properties = {"aws_assume_role_arn": "arn:aws:iam::1:role/calls", "livekit_room_token": "a-room-token"}
    made = await store.conversations.create(
        conversation_name="x", persona_id="p1", replica_id="r1", properties=properties, fields={"api_key": "a-key"}
    )
    read = await store.conversations.get(made.conversation_id)
    assert read is not None
    assert (read.properties, read.fields) == (properties, {"api_key": "a-key"})
    dump = await store.database.read(lambda tables: "\n".join(tables.conn.iterdump()))
    for secret in (*properties.values(), "a-key"):
        assert secret not in dump


async def test_what_an_older_version_kept_in_the_open_is_erased_when_it_is_first_read(store: Store, home: Path) -> None:
    made = await _create(store)
    open_secrets = {"language": "english", "recording_storage": {"provider": "s3", "assume_role_arn": "arn:x"}}
    statement = "UPDATE conversations SET properties = ?, fields = ?"
    values = [json.dumps(open_secrets), json.dumps({"api_key": "k", "audio_only": True})]

    def as_before(tables: Tables) -> None:
        tables.execute(statement, values)
        tables.execute("DELETE FROM _sqlite_migrations WHERE name = 'm010_conversation_secrets'")

    await store.database.write(as_before)
    await store.close()
    again = await open_store(home)
    read = await again.conversations.get(made.conversation_id)
    await again.close()
    assert read is not None
    assert read.properties == {"language": "english", "recording_storage": {"provider": "s3"}}
    assert read.fields == {"audio_only": True}
