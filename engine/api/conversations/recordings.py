"""`/v2/conversations/{conversation_id}/recordings`: begun, ended, listed and downloaded (a local addition to the contract)."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import Field

from engine.api.contract.errors import ApiError, found, not_found
from engine.api.contract.file_content import SAFE_HEADERS, file_content
from engine.api.contract.model import AnswerModel
from engine.api.conversations.lookup import has_ended, known_conversation
from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import DOCUMENTED
from engine.conversation.call_recording import RecordingStateError
from engine.recording.arrivals import RecordingError
from engine.recording.captions import captions_of
from engine.recording.storage import FOLDER, LocalStorage
from engine.store.recordings import LOCAL_BUCKET
from engine.store.records import RecordingRecord

PATH: Final = "/v2/conversations/{conversation_id}/recordings"


class RecordingAnswer(AnswerModel):
    """A recording of a conversation."""

    recording_id: str
    conversation_id: str
    status: str = Field(
        description="`recording`; `storing`: whole, and on its way to where it belongs; `ready`; `failed`: nothing came of it."
    )
    bucket_name: str = Field(description="`local`: the appliance's own folder.")
    s3_key: str = Field(description="The key in the bucket, or the path below the folder.")
    duration: float = Field(description="Seconds; 0 while it runs.")
    size: int = Field(description="Bytes of the MP4; 0 while it runs.")
    error: str = Field(description="Why it has stopped by itself, or why it is not stored yet; empty otherwise.")
    video_url: str | None = Field(description="The MP4, while it lies on this machine.")
    captions_url: str | None = Field(description="The captions as WebVTT, while they lie on this machine.")
    created_at: str
    updated_at: str


class RecordingList(AnswerModel):
    """The recordings of a conversation, the oldest first."""

    data: list[RecordingAnswer]
    total_count: int


def recording_routes(dependencies: ApiDependencies) -> APIRouter:
    """Record a conversation, and read what was recorded."""
    router = APIRouter(tags=["Conversations"], dependencies=[DOCUMENTED])
    store, host = dependencies.store, dependencies.host
    local = LocalStorage(dependencies.settings.home / FOLDER)

    def answer(record: RecordingRecord) -> dict[str, Any]:
        here = f"{dependencies.base_url()}{PATH.format(conversation_id=record.conversation_id)}/{record.recording_id}"
        readable = _is_here(record)
        return {
            "recording_id": record.recording_id,
            "conversation_id": record.conversation_id,
            "status": record.status,
            "bucket_name": record.bucket_name,
            "s3_key": record.s3_key,
            "duration": round(record.duration, 3),
            "size": record.size,
            "error": record.error,
            "video_url": f"{here}/video" if readable else None,
            "captions_url": f"{here}/captions" if readable and record.captions else None,
            "created_at": record.created_at,
            "updated_at": record.updated_at,
        }

    async def known(conversation_id: str, recording_id: str) -> RecordingRecord:
        await known_conversation(store.conversations, conversation_id)
        record = found(await store.recordings.get(recording_id), not_found("Recording"))
        if record.conversation_id != conversation_id:
            raise not_found("Recording")
        return record

    async def readable(conversation_id: str, recording_id: str) -> RecordingRecord:
        record = await known(conversation_id, recording_id)
        if record.status == "recording":
            raise ApiError(409, "This recording still runs; it can be read once it has ended")
        if not _is_here(record):
            raise ApiError(404, _elsewhere(record))
        return record

    @router.post(PATH, status_code=201)
    async def start_recording(conversation_id: str) -> dict[str, Any]:
        """Begin to record a conversation that has `enable_recording`; everybody in the room is told."""
        await known_conversation(store.conversations, conversation_id)
        try:
            return answer(await host.begin_recording(conversation_id))
        except KeyError:
            raise has_ended() from None
        except RecordingStateError as error:
            raise ApiError(409, str(error)) from error
        except RecordingError as error:
            raise ApiError(507, f"The conversation cannot be recorded: {error}") from error

    @router.post(f"{PATH}/stop", status_code=204)
    async def stop_recording(conversation_id: str) -> Response:
        """End the recording of a conversation; it can be read a moment later."""
        await known_conversation(store.conversations, conversation_id)
        try:
            await host.end_recording(conversation_id)
        except KeyError:
            raise has_ended() from None
        except RecordingStateError as error:
            raise ApiError(409, str(error)) from error
        return Response(status_code=204)

    @router.get(PATH)
    async def list_recordings(conversation_id: str) -> dict[str, Any]:
        """List the recordings of a conversation, the oldest first."""
        await known_conversation(store.conversations, conversation_id)
        shown = [answer(record) for record in await store.recordings.of_conversation(conversation_id)]
        return {"data": shown, "total_count": len(shown)}

    @router.get(f"{PATH}/{{recording_id}}")
    async def get_recording(conversation_id: str, recording_id: str) -> dict[str, Any]:
        """Get a recording."""
        return answer(await known(conversation_id, recording_id))

    @router.head(f"{PATH}/{{recording_id}}/video", include_in_schema=False)
    @router.get(
        f"{PATH}/{{recording_id}}/video",
        response_class=Response,
        responses={200: {"description": "The MP4; parts of it on request.", "content": {"video/mp4": {}}}},
    )
    async def recording_video(conversation_id: str, recording_id: str, request: Request) -> Response:
        """Download the MP4, whole or in byte ranges; 409 while it runs, 404 when it lies in a bucket."""
        record = await readable(conversation_id, recording_id)
        path = local.path(record.s3_key)
        etag = f"{recording_id}-{record.size}"
        return file_content(request, path, media_type="video/mp4", etag=etag, file_name=path.name, headers=SAFE_HEADERS)

    @router.head(f"{PATH}/{{recording_id}}/captions", include_in_schema=False)
    @router.get(
        f"{PATH}/{{recording_id}}/captions",
        response_class=Response,
        responses={200: {"description": "The captions.", "content": {"text/vtt": {}}}},
    )
    async def recording_captions(conversation_id: str, recording_id: str, request: Request) -> Response:
        """Download the captions as WebVTT; 404 when nothing was said."""
        record = await readable(conversation_id, recording_id)
        if not record.captions:
            raise ApiError(404, "Nothing was said in this recording, so it has no captions")
        path = captions_of(local.path(record.s3_key))
        return file_content(request, path, media_type="text/vtt", etag=f"{recording_id}-vtt", file_name=path.name)

    return router


def _is_here(record: RecordingRecord) -> bool:
    return record.status == "storing" or (record.status == "ready" and record.bucket_name == LOCAL_BUCKET)


def _elsewhere(record: RecordingRecord) -> str:
    if record.status == "failed":
        return f"Nothing was recorded: {record.error}"
    return f"This recording lies in the bucket {record.bucket_name} under {record.s3_key}"
