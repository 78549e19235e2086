"""What a request about videos may carry."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from engine.api.contract.errors import ApiError
from engine.api.contract.model import ContractModel
from engine.errors import InvalidInputError
from engine.jobs.line import NOTES
from engine.network import check_url

URL_FIELDS = ("audio_url", "background_url", "background_source_url", "watermark_image_url", "callback_url")
READ_ONLY = frozenset(
    {
        "video_id",
        "status",
        "data",
        "download_url",
        "stream_url",
        "hosted_url",
        "status_details",
        "error_details",
        "error_type",
        "generation_progress",
        "still_image_thumbnail_url",
        "gif_thumbnail_url",
        "created_at",
        "updated_at",
        NOTES,
    }
)
"""Fields of an answer that no request sets: given, they are passed over."""


def _as_text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


class VideoProperties(ContractModel):
    """How the background moves and how the replica begins; unknown ones are kept as they are."""

    background_scroll: bool | None = Field(None, description="Whether the website behind the replica is scrolled.")
    background_scroll_type: Literal["human", "smooth"] | None = Field(None, description="With pauses, or evenly.")
    background_scroll_depth: Literal["middle", "bottom"] | None = Field(None, description="How far down.")
    background_scroll_return: Annotated[
        Literal["return", "halt", "true", "false"] | None, BeforeValidator(_as_text)
    ] = Field(None, description="Back up at the end, or not; `true` and `false` are taken for `return` and `halt`.")
    start_with_wave: bool | None = Field(None, description="Whether the replica waves first; true by default.")


class VideoCreate(ContractModel):
    """The body of a new video."""

    replica_id: str | None = Field(None, description="Who speaks; required.")
    script: str | None = Field(None, description="What is said; or audio_url.")
    audio_url: str | None = Field(None, description="A .wav or .mp3 file of what is said; or script.")
    video_name: Annotated[str, Field(max_length=1000)] | None = Field(
        None, description="By default made of the replica, the day and the video."
    )
    background_url: str | None = Field(None, description="A website that is shown behind the replica.")
    background_source_url: str | None = Field(None, description="A video that is shown behind the replica.")
    callback_url: str | None = Field(None, description="Told when the video is ready or failed.")
    fast: bool | None = Field(None, description="Made sooner, with less care.")
    transparent_background: bool | None = Field(None, description="As .webm without a background; needs `fast`.")
    watermark_image_url: str | None = Field(None, description="A picture that is laid over the video.")
    properties: VideoProperties | None = None


class VideoRename(ContractModel):
    """The body of a new name."""

    video_name: Annotated[str, Field(min_length=1, max_length=1000, description="The new name.")]


def video_fields(body: VideoCreate) -> dict[str, Any]:
    """Return what is kept of a checked body, the name aside. Raises ApiError, InvalidInputError."""
    given = body.given
    if not given.get("replica_id"):
        raise ApiError(400, "replica_id is required")
    script, audio_url = given.get("script"), given.get("audio_url")
    if not (script or "").strip() and not audio_url:
        raise ApiError(400, "Either script or audio_url must be provided.")
    if script and audio_url:
        raise InvalidInputError("audio_url", audio_url, "either it or script is, not both")
    for field in URL_FIELDS:
        if given.get(field):
            check_url(field, given[field])
    if given.get("transparent_background") and not given.get("fast"):
        raise InvalidInputError("transparent_background", True, "it is only together with fast: true")
    if given.get("background_url") and given.get("background_source_url"):
        behind = given["background_source_url"]
        raise InvalidInputError("background_source_url", behind, "either it or background_url is, not both")
    return {name: value for name, value in given.items() if name not in READ_ONLY | {"video_name"}}
