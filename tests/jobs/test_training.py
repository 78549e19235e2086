"""Replicas from `started` to `completed` or `error`."""

import pytest

from engine.jobs.error_texts import ReplicaError
from engine.jobs.worker import JobFailedError, TrainedReplica, Training, Workers
from engine.store.opening import Store
from engine.store.records import ReplicaRecord
from tests.jobs.workers import HOOK, GatedWorker, running, told, until, until_status


async def _queue(store: Store, name: str = "Me") -> ReplicaRecord:
    fields = {"train_video_url": "https://files.example/me.mp4", "callback_url": HOOK, "model_name": "phoenix-3"}
    return await store.replicas.create(name, fields)


async def test_a_training_shows_its_progress_and_ends_completed(store: Store) -> None:
    made = await _queue(store)
    assert (made.status, made.training_progress) == ("started", "0/100")
    worker = GatedWorker(TrainedReplica("/media/me.mp4"), is_open=False)
    async with running(store, Workers(training=worker)):
        await worker.waiting.wait()
        half = await store.replicas.get(made.replica_id)
        assert half is not None
        assert (half.status, half.training_progress) == ("started", "37/100")
        assert await told(store, made.replica_id) == []
        worker.gate.set()
        done = await until_status(store.replicas.get, made.replica_id, "completed")
    assert (done.training_progress, done.error_message) == ("100/100", None)
    assert done.fields == {**made.fields, "thumbnail_video_url": "/media/me.mp4"}
    assert await told(store, made.replica_id) == [{"replica_id": made.replica_id, "status": "ready"}]
    [job] = worker.begun
    assert job == Training(made)


async def test_a_known_failure_is_told_in_the_documented_words(store: Store) -> None:
    made = await _queue(store)
    worker = GatedWorker[TrainedReplica](JobFailedError(ReplicaError.VIDEO_DURATION))
    async with running(store, Workers(training=worker)):
        failed = await until_status(store.replicas.get, made.replica_id, "error")
    text = ReplicaError.VIDEO_DURATION.text("")
    assert (failed.error_message, failed.training_progress) == (text, "37/100")
    assert await told(store, made.replica_id) == [
        {"replica_id": made.replica_id, "status": "error", "error_message": text}
    ]


async def test_a_text_that_names_help_names_the_support_contact(store: Store) -> None:
    made = await _queue(store)
    worker = GatedWorker[TrainedReplica](JobFailedError(ReplicaError.OTHER_QUALITY_ISSUE))
    async with running(store, Workers(training=worker), support_contact="help@example.org"):
        failed = await until_status(store.replicas.get, made.replica_id, "error")
    assert failed.error_message.endswith("via help@example.org")


async def test_a_worker_may_say_more_than_the_documented_words(store: Store) -> None:
    made = await _queue(store)
    worker = GatedWorker[TrainedReplica](JobFailedError(ReplicaError.DOWNLOAD_LINK, "files.example answered 404"))
    async with running(store, Workers(training=worker)):
        failed = await until_status(store.replicas.get, made.replica_id, "error")
    assert failed.error_message == "files.example answered 404"


@pytest.mark.parametrize("broken", [ValueError("a bug: /secret/path"), KeyError("x"), TimeoutError()])
async def test_a_worker_that_breaks_ends_the_training_with_the_general_text(store: Store, broken: Exception) -> None:
    made = await _queue(store)
    async with running(store, Workers(training=GatedWorker[TrainedReplica](broken))):
        failed = await until_status(store.replicas.get, made.replica_id, "error")
    assert failed.error_message == ReplicaError.VIDEO_PROCESSING.text("")


async def test_without_a_worker_a_training_ends_at_once_and_says_why(store: Store) -> None:
    made = await _queue(store)
    async with running(store, Workers()):
        failed = await until_status(store.replicas.get, made.replica_id, "error")
    assert failed.error_message.startswith("Replica training is not built into this version: ")
    assert failed.training_progress == "0/100"
    [payload] = await told(store, made.replica_id)
    assert payload == {"replica_id": made.replica_id, "status": "error", "error_message": failed.error_message}


async def test_trainings_follow_each_other_in_the_order_they_came(store: Store) -> None:
    made = [await _queue(store, name) for name in ("one", "two", "three")]
    worker = GatedWorker(TrainedReplica())
    async with running(store, Workers(training=worker)) as runner:
        late = await _queue(store, "late")
        runner.wake()
        await until_status(store.replicas.get, late.replica_id, "completed")
    assert [job.replica.replica_id for job in worker.begun] == [record.replica_id for record in [*made, late]]
    assert worker.most_at_once == 1


@pytest.mark.parametrize("hard", [False, True])
async def test_deleting_a_replica_stops_its_training_and_tells_nothing(store: Store, hard: bool) -> None:
    made, other = await _queue(store), await _queue(store, "other")
    worker = GatedWorker(TrainedReplica(), is_open=False)
    async with running(store, Workers(training=worker)) as runner:
        await worker.waiting.wait()
        assert await store.replicas.delete(made.replica_id, hard=hard)
        runner.wake()
        await worker.cancelled.wait()
        worker.gate.set()
        await until_status(store.replicas.get, other.replica_id, "completed")
    assert await store.replicas.get(made.replica_id) is None
    assert await told(store, made.replica_id) == []


async def test_progress_only_grows_and_stays_below_the_end(store: Store) -> None:
    made = await _queue(store)
    worker = GatedWorker(TrainedReplica(), percents=(-5, 40, 20, 100, 1000), is_open=False)
    async with running(store, Workers(training=worker)):
        await worker.waiting.wait()
        record = await until(lambda: store.replicas.get(made.replica_id), lambda found: found is not None)
    assert record is not None
    assert record.training_progress == "99/100"
