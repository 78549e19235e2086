"""`/v2/conversations/{conversation_id}/transcript`: as JSON, text, SRT or WebVTT (a local addition to the contract)."""

from typing import Annotated, Any, Literal, TypeAlias

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import JSONResponse

from engine.api.contract.errors import ApiError
from engine.api.conversations.lookup import known_conversation
from engine.api.conversations.subtitles import cues_of
from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import DOCUMENTED
from engine.store.records import ConversationRecord
from engine.subtitles import as_srt, as_text, as_vtt

Format: TypeAlias = Literal["json", "text", "srt", "vtt"]

MEDIA_TYPES: dict[str, Format] = {
    "application/json": "json",
    "text/plain": "text",
    "application/x-subrip": "srt",
    "text/vtt": "vtt",
}
"""What `Accept` may ask for."""

NONE_YET = "The conversation is ending; its transcript is there in a moment"


def transcript_routes(dependencies: ApiDependencies) -> APIRouter:
    """Read the transcript of a conversation."""
    router = APIRouter(tags=["Conversations"], dependencies=[DOCUMENTED])
    store, host = dependencies.store, dependencies.host

    async def transcript_of(record: ConversationRecord) -> list[dict[str, Any]]:
        try:
            return host.transcript(record.conversation_id)
        except KeyError:
            events = await store.conversations.events(record.conversation_id)
        for event in reversed(events):
            if event.event_type == "application.transcription_ready":
                found: list[dict[str, Any]] = event.properties["transcript"]
                return found
        if record.status == "active":
            raise ApiError(409, NONE_YET)
        raise ApiError(404, "Transcript not found")

    @router.get(
        "/v2/conversations/{conversation_id}/transcript",
        response_class=Response,
        responses={
            200: {
                "description": "The transcript; of a running call, its words so far.",
                "content": {kind: {} for kind in MEDIA_TYPES},
            }
        },
    )
    async def read_transcript(
        conversation_id: str,
        request: Request,
        wanted: Annotated[
            Format | None, Query(alias="format", description="`json` unless `Accept` asks for another one.")
        ] = None,
    ) -> Response:
        """Read what was said; 404 for a conversation without a transcript, 409 while it is being written."""
        record = await known_conversation(store.conversations, conversation_id)
        transcript = await transcript_of(record)
        form = wanted or _accepted(request.headers.get("accept", ""))
        if form == "json":
            return JSONResponse({"conversation_id": conversation_id, "status": record.status, "transcript": transcript})
        persona = await store.personas.get(record.persona_id)
        cues = cues_of(transcript, replica_name=persona.persona_name if persona else "")
        match form:
            case "text":
                return Response(as_text(cues), media_type="text/plain")
            case "srt":
                return Response(as_srt(cues), media_type="application/x-subrip; charset=utf-8")
            case "vtt":
                return Response(as_vtt(cues), media_type="text/vtt")

    return router


def _accepted(header: str) -> Format:
    """Return the first format that an `Accept` header names; what it names none of is JSON."""
    kinds = (part.partition(";")[0].strip().lower() for part in header.split(","))
    return next((MEDIA_TYPES[kind] for kind in kinds if kind in MEDIA_TYPES), "json")
