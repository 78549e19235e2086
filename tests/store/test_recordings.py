"""Recordings in the store: each goes its way once, and the callback belongs to its last step."""

import json
from dataclasses import replace
from pathlib import Path

from engine.store.opening import Store, open_store


async def conversation(store: Store) -> str:
    made = await store.conversations.create(
        conversation_name="test", persona_id="p1", replica_id="r1", callback_url="http://127.0.0.1/hook"
    )
    return made.conversation_id


async def test_a_recording_goes_from_running_to_ready_and_is_told_once(store: Store) -> None:
    owner = await conversation(store)
    made = await store.recordings.create(owner, f"{owner}/a.mp4")
    assert (made.status, made.bucket_name) == ("recording", "local")
    assert await store.recordings.in_status("recording") == [made]
    whole = await store.recordings.whole(made.recording_id, duration=13.6, size=9, captions=True)
    assert whole is not None
    assert (whole.status, whole.duration, whole.size, whole.captions) == ("storing", 13.6, 9, True)
    await store.recordings.note(made.recording_id, "the bucket is away")
    assert await store.recordings.ready(made.recording_id, bucket_name="calls", s3_key="k.mp4")
    assert not await store.recordings.ready(made.recording_id, bucket_name="calls", s3_key="k.mp4")
    (event,) = await store.conversations.events(owner)
    assert event.properties == {"bucket_name": "calls", "s3_key": "k.mp4", "duration": 14}
    (callback,) = await store.outbox.deliveries(owner)
    assert json.loads(callback.payload)["event_type"] == "application.recording_ready"
    found = await store.recordings.get(made.recording_id)
    assert found is not None
    assert (found.status, found.bucket_name, found.error) == ("ready", "calls", "the bucket is away")


async def test_recordings_belong_to_their_conversation_and_go_with_it(store: Store) -> None:
    owner, other = await conversation(store), await conversation(store)
    first = await store.recordings.create(owner, "a.mp4")
    second = await store.recordings.create(owner, "b.mp4")
    await store.recordings.failed(second.recording_id, "nothing came")
    kept = await store.recordings.of_conversation(owner)
    assert [replace(each, updated_at="") for each in kept] == [
        replace(first, updated_at=""),
        replace(second, status="failed", error="nothing came", updated_at=""),
    ]
    assert await store.recordings.of_conversation(other) == []
    await store.conversations.delete(owner, hard=True)
    assert await store.recordings.of_conversation(owner) == []
    assert await store.recordings.whole(first.recording_id, duration=1, size=1, captions=False) is None
    assert not await store.recordings.ready(first.recording_id, bucket_name="local", s3_key="a.mp4")


async def test_recordings_are_there_after_a_restart(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    owner = await conversation(store)
    made = await store.recordings.create(owner, "a.mp4")
    await store.close()
    store = await open_store(tmp_path)
    assert await store.recordings.of_conversation(owner) == [made]
    await store.close()
