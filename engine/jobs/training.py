"""Trainings: replicas in status `started`."""

from collections.abc import Sequence
from dataclasses import replace

from engine.jobs.error_texts import ReplicaError
from engine.jobs.line import Failure, attempts_in, noted
from engine.jobs.worker import TrainedReplica, Training, Worker
from engine.store.opening import Store
from engine.store.outbox import Callback
from engine.store.records import ReplicaRecord
from engine.store.replicas import ReplicaCallbacks, ReplicaEdit


class TrainingLine:
    """Satisfies `engine.jobs.line.Line`; tells when a training is done or failed, as the contract has it."""

    name = "training"
    unexpected = ReplicaError.VIDEO_PROCESSING
    not_built = "Replica training is not built into this version: use one of the stock replicas"

    def __init__(self, store: Store, worker: Worker[Training, TrainedReplica] | None) -> None:
        self._replicas = store.replicas
        self.worker = worker

    async def next(self) -> Training | None:
        """Return the oldest replica that is not trained yet."""
        waiting = await self._replicas.in_status("started")
        return Training(waiting[0]) if waiting else None

    async def begin(self, job: Training) -> None:
        """Count the attempt."""

        def edit(record: ReplicaRecord) -> ReplicaRecord:
            fields = noted(record.fields, attempts=attempts_in(record.fields) + 1)
            return replace(record, training_progress="0/100", fields=fields)

        await self._change(job, edit)

    async def exists(self, job: Training) -> bool:
        """Whether the replica was not deleted."""
        return await self._replicas.get(job.replica.replica_id) is not None

    async def progress(self, job: Training, percent: int) -> None:
        """Write `training_progress`."""
        await self._change(job, lambda record: replace(record, training_progress=f"{percent}/100"))

    async def finish(self, job: Training, outcome: TrainedReplica) -> None:
        """Complete the replica."""

        def edit(record: ReplicaRecord) -> ReplicaRecord:
            fields = noted({**record.fields, "thumbnail_video_url": outcome.thumbnail_video_url}, attempts=None)
            return replace(record, status="completed", training_progress="100/100", error_message=None, fields=fields)

        await self._change(job, edit, _callbacks)

    async def fail(self, job: Training, failure: Failure) -> None:
        """End the replica in `error`."""

        def edit(record: ReplicaRecord) -> ReplicaRecord:
            fields = noted(record.fields, attempts=None, error_type=failure.error_type)
            return replace(record, status="error", error_message=failure.message, fields=fields)

        await self._change(job, edit, _callbacks)

    async def release(self, job: Training) -> None:
        """Take the attempt back."""

        def edit(record: ReplicaRecord) -> ReplicaRecord:
            return replace(record, fields=noted(record.fields, attempts=attempts_in(job.replica.fields) or None))

        await self._change(job, edit)

    def attempts(self, job: Training) -> int:
        """Return the attempts before this one."""
        return attempts_in(job.replica.fields)

    async def _change(self, job: Training, edit: ReplicaEdit, callbacks: ReplicaCallbacks | None = None) -> None:
        def edit_unfinished(record: ReplicaRecord) -> ReplicaRecord:
            return edit(record) if record.status == "started" else record

        await self._replicas.change(job.replica.replica_id, edit_unfinished, callbacks=callbacks)


def _callbacks(record: ReplicaRecord) -> Sequence[Callback]:
    payload = {"replica_id": record.replica_id, "status": "ready"}
    if record.status == "error":
        payload |= {"status": "error", "error_message": record.error_message or ""}
    return [Callback(record.fields.get("callback_url") or "", payload)]
