"""Videos from `queued` over `generating` to `ready` or `error`."""

import re
from dataclasses import replace
from typing import Any

from engine.jobs.error_texts import VideoError, VideoStatusDetails
from engine.jobs.worker import JobFailedError, RenderedVideo, TrainedReplica, Workers
from engine.store.opening import Store
from engine.store.records import ReplicaRecord, ResourceRecord
from tests.jobs.workers import BASE_URL, HOOK, GatedWorker, running, told, until_status

STOCK = "rfe12d8b9597"
RENDERED = RenderedVideo("/media/v.mp4", "/media/v.m3u8", "/media/v.png", None)
SPACED_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")


async def _queue(store: Store, replica_id: str = STOCK, name: str = "", **fields: Any) -> ResourceRecord:
    given = {"replica_id": replica_id, "script": "Hello.", "callback_url": HOOK, **fields}
    state = {"generation_progress": "0/100", "status_details": str(VideoStatusDetails.QUEUED)}
    return await store.videos.create(name, {**given, **state}, status="queued")


async def test_a_video_is_generated_and_ready(store: Store) -> None:
    made = await _queue(store)
    worker = GatedWorker(RENDERED, is_open=False)
    async with running(store, Workers(rendering=worker)):
        await worker.waiting.wait()
        half = await store.videos.get(made.resource_id)
        assert half is not None
        assert half.status == "generating"
        assert (half.fields["generation_progress"], half.fields["status_details"]) == ("37/100", "")
        worker.gate.set()
        done = await until_status(store.videos.get, made.resource_id, "ready")
    assert done.fields["generation_progress"] == "100/100"
    assert done.fields["status_details"] == "Your request has processed successfully!"
    assert (done.fields["download_url"], done.fields["stream_url"]) == ("/media/v.mp4", "/media/v.m3u8")
    [job] = worker.begun
    assert job.replica.replica_id == STOCK


async def test_the_callback_of_a_ready_video_has_exactly_the_documented_fields(store: Store) -> None:
    made = await _queue(store)
    async with running(store, Workers(rendering=GatedWorker(RENDERED))):
        done = await until_status(store.videos.get, made.resource_id, "ready")
    [payload] = await told(store, made.resource_id)
    assert SPACED_TIME.fullmatch(payload.pop("created_at"))
    assert SPACED_TIME.fullmatch(updated_at := payload.pop("updated_at"))
    assert updated_at == done.updated_at.replace("T", " ").removesuffix("Z")
    day = re.escape(f"replica_id: {STOCK} - ") + r"[A-Z][a-z]+ [1-9]\d?, \d{4}" + f" - video: {made.resource_id}"
    assert re.fullmatch(day, payload.pop("video_name"))
    assert payload == {
        "data": {"script": "Hello."},
        "download_url": f"{BASE_URL}/media/v.mp4",
        "generation_progress": "100/100",
        "hosted_url": f"{BASE_URL}/video/{made.resource_id}",
        "replica_id": STOCK,
        "status": "ready",
        "status_details": "Your request has processed successfully!",
        "stream_url": f"{BASE_URL}/media/v.m3u8",
        "video_id": made.resource_id,
    }


async def test_the_callback_of_a_failed_video_has_exactly_the_documented_fields(store: Store) -> None:
    made = await _queue(store, name="Named", script="", audio_url="https://files.example/a.wav")
    worker = GatedWorker[RenderedVideo](JobFailedError(VideoError.AUDIO_FILE_TYPE))
    async with running(store, Workers(rendering=worker)):
        await until_status(store.videos.get, made.resource_id, "error")
    [payload] = await told(store, made.resource_id)
    del payload["created_at"], payload["updated_at"]
    assert payload == {
        "data": {"audio_url": "https://files.example/a.wav"},
        "download_url": None,
        "error_details": None,
        "generation_progress": "37/100",
        "hosted_url": f"{BASE_URL}/video/{made.resource_id}",
        "replica_id": STOCK,
        "status": "error",
        "status_details": VideoError.AUDIO_FILE_TYPE.text(""),
        "stream_url": None,
        "video_id": made.resource_id,
        "video_name": "Named",
    }


async def test_a_worker_that_breaks_ends_the_video_with_the_general_text(store: Store) -> None:
    made = await _queue(store)
    async with running(store, Workers(rendering=GatedWorker[RenderedVideo](RuntimeError("a bug")))):
        failed = await until_status(store.videos.get, made.resource_id, "error")
    assert failed.fields["status_details"] == VideoError.VIDEO_ERROR.text("")


async def test_without_a_worker_a_video_ends_at_once_and_says_why(store: Store) -> None:
    made = await _queue(store)
    async with running(store, Workers()):
        failed = await until_status(store.videos.get, made.resource_id, "error")
    assert failed.fields["status_details"].startswith("Video rendering is not built into this version: ")
    assert failed.fields["generation_progress"] == "0/100"
    assert [payload["status"] for payload in await told(store, made.resource_id)] == ["error"]


async def test_a_video_waits_for_its_replica_and_lets_others_pass(store: Store) -> None:
    replica = await store.replicas.create("Me", {"train_video_url": "https://files.example/me.mp4"})
    waiting = await _queue(store, replica.replica_id)
    passing = await _queue(store)
    trainer, renderer = GatedWorker(TrainedReplica(), is_open=False), GatedWorker(RENDERED)
    async with running(store, Workers(training=trainer, rendering=renderer)):
        await until_status(store.videos.get, passing.resource_id, "ready")
        still = await store.videos.get(waiting.resource_id)
        assert still == waiting
        trainer.gate.set()
        await until_status(store.videos.get, waiting.resource_id, "ready")
    assert [job.video.resource_id for job in renderer.begun] == [passing.resource_id, waiting.resource_id]


async def test_a_video_of_a_replica_that_failed_fails_too(store: Store) -> None:
    replica = await store.replicas.create("Me", {"train_video_url": "https://files.example/me.mp4"})
    made = await _queue(store, replica.replica_id)
    renderer = GatedWorker(RENDERED)
    async with running(store, Workers(rendering=renderer)):
        failed = await until_status(store.videos.get, made.resource_id, "error")
    assert failed.fields["status_details"] == VideoError.REPLICA_IN_ERROR_STATE.text("")
    assert renderer.begun == []
    assert [payload["status"] for payload in await told(store, made.resource_id)] == ["error"]


async def test_a_video_of_a_replica_that_was_deleted_fails(store: Store) -> None:
    replica = await store.replicas.create("Me", {})
    made = await _queue(store, replica.replica_id)

    def trained(record: ReplicaRecord) -> ReplicaRecord:
        return replace(record, status="completed")

    await store.replicas.change(replica.replica_id, trained)
    await store.replicas.delete(replica.replica_id)
    async with running(store, Workers(rendering=GatedWorker(RENDERED))):
        failed = await until_status(store.videos.get, made.resource_id, "error")
    assert failed.fields["status_details"] == VideoError.REPLICA_IN_ERROR_STATE.text("")


async def test_a_deleted_video_is_not_rendered_to_its_end(store: Store) -> None:
    made = await _queue(store)
    worker = GatedWorker(RENDERED, is_open=False)
    async with running(store, Workers(rendering=worker)) as runner:
        await worker.waiting.wait()
        await store.videos.change(made.resource_id, lambda record: replace(record, status="deleted"))
        runner.wake()
        await worker.cancelled.wait()
    record = await store.videos.get(made.resource_id)
    assert record is not None
    assert record.status == "deleted"
    assert await told(store, made.resource_id) == []
