"""`/v2/videos`."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from engine.api.contract.errors import found, invalid_id
from engine.api.contract.paging import ZeroPageWindow, list_answer
from engine.api.contract.queries import Verbose
from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import DOCUMENTED
from engine.api.videos.answers import video_answer
from engine.api.videos.bodies import VideoCreate, VideoRename, video_fields
from engine.jobs.error_texts import VideoStatusDetails
from engine.jobs.video_view import hosted_url, http_date, video_name
from engine.store.records import ResourceRecord

DELETED = "deleted"
SHOWN_BY_DEFAULT = ["queued", "generating", "ready", "error"]


def video_routes(dependencies: ApiDependencies) -> APIRouter:
    """Create, get, list, rename and delete videos."""
    router = APIRouter(prefix="/v2/videos", tags=["Videos"], dependencies=[DOCUMENTED])
    videos, replicas = dependencies.store.videos, dependencies.store.replicas

    async def known(video_id: str) -> ResourceRecord:
        return found(await videos.get(video_id), invalid_id("video_id"))

    @router.post("")
    async def create_video(body: VideoCreate) -> dict[str, Any]:
        """Create a video: it is queued, and waits for its replica where that is still being trained."""
        fields = video_fields(body)
        replica_id = fields["replica_id"]
        replica = found(await replicas.get(replica_id), invalid_id("replica_id"))
        in_training = replica.status == "started"
        details = VideoStatusDetails.REPLICA_IN_TRAINING if in_training else VideoStatusDetails.QUEUED
        state = {"status_details": str(details), "generation_progress": "0/100"}
        record = await videos.create(body.video_name or "", {**fields, **state}, status="queued")
        dependencies.wake_jobs()
        return {
            "video_id": record.resource_id,
            "video_name": video_name(record),
            "status": record.status,
            "hosted_url": hosted_url(record, dependencies.base_url()),
            "created_at": http_date(record.created_at),
        }

    @router.get("")
    async def list_videos(
        window: ZeroPageWindow,
        status: Annotated[
            Literal["queued", "generating", "ready", "error", "deleted"] | None,
            Query(description="Deleted ones are listed only when they are asked for."),
        ] = None,
        verbose: Verbose = False,
    ) -> dict[str, Any]:
        """List videos."""
        page = await videos.page(window, statuses=[status] if status else SHOWN_BY_DEFAULT)
        return list_answer(page, lambda record: video_answer(record, dependencies.base_url(), verbose))

    @router.get("/{video_id}")
    async def get_video(video_id: str, verbose: Verbose = False) -> dict[str, Any]:
        """Get a video; `verbose` adds everything that was asked for."""
        return video_answer(await known(video_id), dependencies.base_url(), verbose)

    @router.patch("/{video_id}/name", response_class=Response)
    async def rename_video(video_id: str, body: VideoRename) -> Response:
        """Rename a video."""
        changed = await videos.change(video_id, lambda record: replace(record, name=body.video_name))
        found(changed, invalid_id("video_id"))
        return Response()

    @router.delete("/{video_id}", response_class=Response)
    async def delete_video(video_id: str, hard: bool = False) -> Response:
        """Delete a video and stop its rendering: it is shown as `deleted` from now on; `hard` erases it."""
        await known(video_id)
        if hard:
            await videos.delete(video_id)
        else:
            await videos.change(video_id, lambda record: replace(record, status=DELETED))
        dependencies.wake_jobs()
        return Response()

    return router
