"""What the runner survives: restarts, killed processes, a store that fails, workers that hold on."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.jobs import runner as runner_module
from engine.jobs.error_texts import ReplicaError, VideoError
from engine.jobs.line import MOST_ATTEMPTS, NOTES
from engine.jobs.worker import Progress, RenderedVideo, TrainedReplica, Training, Workers
from engine.store.opening import Store, open_store
from tests.jobs.workers import GatedWorker, running, told, until, until_status

RENDERED = RenderedVideo("/media/v.mp4", "/media/v.m3u8")

APPLIANCE = """
import asyncio, sys
from pathlib import Path
from engine.jobs.runner import JobRunner
from engine.jobs.worker import Workers
from engine.store.opening import open_store

async def render(job, progress):
    await progress(50)
    print(job.video.resource_id, flush=True)
    await asyncio.Event().wait()

async def main():
    store = await open_store(Path(sys.argv[1]))
    JobRunner(store, Workers(rendering=render), base_url=str).start()
    await asyncio.Event().wait()

asyncio.run(main())
"""


def _run_until_killed(home: Path) -> str:
    process = subprocess.Popen(
        [sys.executable, "-c", APPLIANCE, str(home)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert process.stdout is not None
    begun = process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return begun.decode().strip()


async def _queue_video(home: Path) -> str:
    store = await open_store(home)
    fields = {
        "replica_id": "rfe12d8b9597",
        "script": "Hello.",
        "callback_url": "http://127.0.0.1:1/hook",
        "generation_progress": "0/100",
        "status_details": "",
    }
    made = await store.videos.create("", fields, status="queued")
    await store.close()
    return made.resource_id


async def test_a_killed_process_leaves_work_that_is_taken_up_and_told_once(home: Path) -> None:
    video_id = await _queue_video(home)
    assert await asyncio.to_thread(_run_until_killed, home) == video_id
    store = await open_store(home)
    left = await store.videos.get(video_id)
    assert left is not None
    assert (left.status, left.fields["generation_progress"]) == ("generating", "50/100")
    async with running(store, Workers(rendering=GatedWorker(RENDERED))):
        done = await until_status(store.videos.get, video_id, "ready")
    assert [payload["status"] for payload in await told(store, video_id)] == ["ready"]
    assert NOTES not in done.fields
    await store.close()


async def test_a_job_that_kills_the_process_every_time_is_given_up(home: Path) -> None:
    video_id = await _queue_video(home)
    for _ in range(MOST_ATTEMPTS):
        assert await asyncio.to_thread(_run_until_killed, home) == video_id
    store = await open_store(home)
    worker = GatedWorker(RENDERED)
    async with running(store, Workers(rendering=worker)):
        failed = await until_status(store.videos.get, video_id, "error")
    assert worker.begun == []
    assert failed.fields["status_details"] == VideoError.VIDEO_ERROR.text("")
    await store.close()


async def test_orderly_ends_interrupt_work_as_often_as_they_like(store: Store) -> None:
    made = await store.replicas.create("Me", {})
    for _ in range(MOST_ATTEMPTS + 2):
        worker = GatedWorker(TrainedReplica(), is_open=False)
        async with running(store, Workers(training=worker)):
            await worker.waiting.wait()
        assert worker.cancelled.is_set()
    async with running(store, Workers(training=GatedWorker(TrainedReplica()))):
        await until_status(store.replicas.get, made.replica_id, "completed")


async def test_a_worker_that_cancels_itself_is_a_worker_that_broke(store: Store) -> None:
    made = await store.replicas.create("Me", {})
    worker = GatedWorker[TrainedReplica](asyncio.CancelledError())
    async with running(store, Workers(training=worker)):
        failed = await until_status(store.replicas.get, made.replica_id, "error")
    assert failed.error_message == ReplicaError.VIDEO_PROCESSING.text("")


async def test_kinds_of_jobs_do_not_wait_for_each_other(store: Store) -> None:
    await store.replicas.create("Me", {})
    document = await store.documents.create("D", {"document_url": "https://x.example/"}, status="started")
    trainer = GatedWorker(TrainedReplica(), is_open=False)
    async with running(store, Workers(training=trainer)):
        await trainer.waiting.wait()
        await until_status(store.documents.get, document.resource_id, "error")
    assert trainer.cancelled.is_set()


async def test_a_store_that_fails_for_a_moment_costs_no_finished_work(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runner_module, "STORE_PAUSE_S", 0.02)

    async def log() -> str:
        return caplog.text

    made = await store.replicas.create("Me", {})
    worker = GatedWorker(TrainedReplica("/media/t.mp4"), is_open=False)
    async with running(store, Workers(training=worker)):
        await worker.waiting.wait()
        await store.database.write(lambda tables: tables.execute("ALTER TABLE replicas RENAME TO moved").close())
        worker.gate.set()
        await until(log, lambda text: "the end of a job cannot be written" in text)
        await store.database.write(lambda tables: tables.execute("ALTER TABLE moved RENAME TO replicas").close())
        await until_status(store.replicas.get, made.replica_id, "completed")
    assert len(worker.begun) == 1


async def test_a_worker_that_will_not_let_go_does_not_hold_up_the_end(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runner_module, "CLOSE_S", 0.05)
    await store.replicas.create("Me", {})
    begun, let_go = asyncio.Event(), asyncio.Event()

    async def stubborn(job: Training, progress: Progress, /) -> TrainedReplica:
        begun.set()
        while not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                continue
        return TrainedReplica()

    async with running(store, Workers(training=stubborn)):
        await begun.wait()
    assert "goes on although it was cancelled" in caplog.text
    let_go.set()


async def test_nothing_to_do_is_no_work(store: Store) -> None:
    worker = GatedWorker(TrainedReplica())
    async with running(store, Workers(training=worker)) as runner:
        runner.wake()
        made = await store.replicas.create("Me", {})
        runner.wake()
        await until(
            lambda: store.replicas.get(made.replica_id), lambda record: record is None or record.status != "started"
        )
    assert len(worker.begun) == 1
