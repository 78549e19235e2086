"""Renderings: videos in status `queued` whose replica is there, and those that a killed process left `generating`."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

from engine.jobs.error_texts import VideoError, VideoStatusDetails
from engine.jobs.line import Failure, attempts_in, noted
from engine.jobs.video_view import video_callback
from engine.jobs.worker import RenderedVideo, Rendering, Worker
from engine.store.opening import Store
from engine.store.outbox import Callback
from engine.store.records import ResourceRecord
from engine.store.resources import Edit

UNFINISHED = ("queued", "generating")


class RenderingLine:
    """Satisfies `engine.jobs.line.Line`; tells when a video is ready or failed, as the contract has it."""

    name = "rendering"
    unexpected = VideoError.VIDEO_ERROR
    not_built = "Video rendering is not built into this version: replicas are met live, in a conversation"

    def __init__(
        self, store: Store, worker: Worker[Rendering, RenderedVideo] | None, base_url: Callable[[], str]
    ) -> None:
        self._videos = store.videos
        self._replicas = store.replicas
        self._base_url = base_url
        self.worker = worker

    async def next(self) -> Rendering | None:
        """Return the oldest video whose replica is trained; one whose replica failed, or is gone, ends in `error` here."""
        for video in await self._videos.in_status(*UNFINISHED):
            replica = await self._replicas.get(video.fields["replica_id"])
            if replica is None or replica.status == "error":
                error = VideoError.REPLICA_IN_ERROR_STATE
                await self._fail(video.resource_id, Failure(error.error_type, error.text("")))
            elif replica.status == "completed":
                return Rendering(video, replica)
        return None

    async def begin(self, job: Rendering) -> None:
        """Show the video as `generating` and count the attempt."""

        def edit(record: ResourceRecord) -> ResourceRecord:
            state = {"generation_progress": "0/100", "status_details": str(VideoStatusDetails.GENERATING)}
            fields = noted({**record.fields, **state}, attempts=attempts_in(record.fields) + 1)
            return replace(record, status="generating", fields=fields)

        await self._change(job.video.resource_id, edit)

    async def exists(self, job: Rendering) -> bool:
        """Whether the video was not deleted."""
        record = await self._videos.get(job.video.resource_id)
        return record is not None and record.status in UNFINISHED

    async def progress(self, job: Rendering, percent: int) -> None:
        """Write `generation_progress`."""

        def edit(record: ResourceRecord) -> ResourceRecord:
            return replace(record, fields={**record.fields, "generation_progress": f"{percent}/100"})

        await self._change(job.video.resource_id, edit)

    async def finish(self, job: Rendering, outcome: RenderedVideo) -> None:
        """Show the video as `ready`, with its addresses."""

        def edit(record: ResourceRecord) -> ResourceRecord:
            state = {"generation_progress": "100/100", "status_details": str(VideoStatusDetails.SUCCESS)}
            fields = noted({**record.fields, **asdict(outcome), **state}, attempts=None)
            return replace(record, status="ready", fields=fields)

        await self._change(job.video.resource_id, edit, self._callbacks)

    async def fail(self, job: Rendering, failure: Failure) -> None:
        """End the video in `error`."""
        await self._fail(job.video.resource_id, failure)

    async def release(self, job: Rendering) -> None:
        """Take the attempt back; the video waits again."""

        def edit(record: ResourceRecord) -> ResourceRecord:
            return replace(record, fields=noted(record.fields, attempts=attempts_in(job.video.fields) or None))

        await self._change(job.video.resource_id, edit)

    def attempts(self, job: Rendering) -> int:
        """Return the attempts before this one."""
        return attempts_in(job.video.fields)

    async def _fail(self, video_id: str, failure: Failure) -> None:
        def edit(record: ResourceRecord) -> ResourceRecord:
            fields = noted(
                {**record.fields, "status_details": failure.message}, attempts=None, error_type=failure.error_type
            )
            return replace(record, status="error", fields=fields)

        await self._change(video_id, edit, self._callbacks)

    async def _change(
        self, video_id: str, edit: Edit, callbacks: Callable[[ResourceRecord], Sequence[Callback]] | None = None
    ) -> None:
        def edit_unfinished(record: ResourceRecord) -> ResourceRecord:
            return edit(record) if record.status in UNFINISHED else record

        await self._videos.change(video_id, edit_unfinished, callbacks=callbacks)

    def _callbacks(self, record: ResourceRecord) -> Sequence[Callback]:
        return [video_callback(record, self._base_url())]
