"""How a video is shown."""

from typing import Any

from pydantic import Field

from engine.api.contract.model import AnswerModel
from engine.api.contract.names import both_names
from engine.api.videos.bodies import READ_ONLY, VideoCreate
from engine.jobs.line import NOTES
from engine.jobs.video_view import absolute, hosted_url, http_date, video_data, video_name
from engine.store.records import ResourceRecord
from engine.store.sealing import masked


class VideoCreated(AnswerModel):
    """A video that was asked for."""

    video_id: str
    video_name: str
    status: str
    hosted_url: str | None
    created_at: str = Field(description="RFC 1123.")


class VideoAnswer(AnswerModel):
    """A video."""

    video_id: str
    video_name: str
    status: str = Field(description="`queued`, `generating`, `ready`, `error` or `deleted`.")
    data: dict[str, Any] | None = Field(None, description="What it is made of: `script` or `audio_url`, backgrounds.")
    replica_id: str | None = None
    download_url: str | None = None
    stream_url: str | None = None
    hosted_url: str | None = None
    status_details: str | None = None
    error_details: str | None = None
    error_type: str | None = Field(None, description="The kind of error; with `verbose`.")
    generation_progress: str | None = None
    still_image_thumbnail_url: str | None = None
    gif_thumbnail_url: str | None = None
    created_at: str = Field(description="RFC 1123.")
    updated_at: str | None = None


def video_answer(record: ResourceRecord, base_url: str, verbose: bool = False) -> dict[str, Any]:
    """Show a video; addresses are null until it is ready."""
    fields = record.fields
    at_hand = record.status == "ready"

    def address(name: str) -> str | None:
        return absolute(fields.get(name), base_url) if at_hand else None

    asked = masked({name: value for name, value in fields.items() if name not in READ_ONLY})
    spoken = {**video_data(record), "start_with_wave": fields.get("properties", {}).get("start_with_wave", True)}
    answer = {
        **{name: value for name, value in asked.items() if verbose or name not in VideoCreate.model_fields},
        "video_id": record.resource_id,
        "video_name": video_name(record),
        "status": record.status,
        "data": spoken,
        "replica_id": fields["replica_id"],
        "download_url": address("download_url"),
        "stream_url": address("stream_url"),
        "hosted_url": hosted_url(record, base_url),
        "status_details": fields["status_details"],
        "error_details": None,
        "generation_progress": fields["generation_progress"],
        "background_url": fields.get("background_url"),
        "background_source_url": fields.get("background_source_url"),
        "still_image_thumbnail_url": address("still_image_thumbnail_url"),
        "gif_thumbnail_url": address("gif_thumbnail_url"),
        "created_at": http_date(record.created_at),
        "updated_at": http_date(record.updated_at),
    }
    if verbose:
        answer["error_type"] = fields.get(NOTES, {}).get("error_type")
    return both_names(answer)
