"""The room: its page, what the page needs to know, and the signalling of a participant."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, Field

from engine.api.contract.errors import ApiError, found
from engine.api.contract.model import check_json
from engine.api.conversations.tokens import PURPOSE, MeetingTokens, is_private, presented_token
from engine.api.dependencies import ApiDependencies
from engine.api.guards.rate_limit import RateLimit
from engine.api.room.start import StartPage
from engine.conversation.call_recording import is_recordable
from engine.errors import InvalidInputError
from engine.room.turn_servers import TurnServers
from engine.store.identifiers import IDENTIFIER
from engine.store.records import ConversationRecord

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors "
)
PAGE_HEADERS = {
    "cache-control": "no-cache",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(self), microphone=(self), display-capture=(self), autoplay=(self), fullscreen=(self)",
    "x-content-type-options": "nosniff",
}
STATIC_HEADERS = {
    "cache-control": "no-cache",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""What is served from the page's folder; nothing else in it is."""

MeetingToken = Annotated[
    str | None,
    Query(description="The meeting token of a private room, unless the header `Authorization: Bearer` carries it."),
]

ResumeToken = Annotated[
    str, Header(max_length=200, description="The resume token of somebody who is back, instead of a meeting token.")
]

JOINS_AT_ONCE = 30
JOINS_PER_SECOND = 2.0
LARGEST_SDP = 65_536


class JoinRequest(BaseModel):
    """A participant's offer."""

    sdp: Annotated[str, Field(min_length=1, max_length=LARGEST_SDP)]
    type: Literal["offer"]
    user_name: Annotated[str, Field(max_length=100)] | None = None
    resume_token: (
        Annotated[
            str,
            Field(max_length=200, description="Of an earlier answer: take that place again, as the same participant."),
        ]
        | None
    ) = None


@dataclass(frozen=True, slots=True)
class Guest:
    """Whom a meeting token is for."""

    user_name: str
    owner: bool


def room_routes(dependencies: ApiDependencies, start: StartPage) -> APIRouter:
    """Everything of a room that needs no API key; the conversation id is the credential, in a private room with a meeting token."""
    router = APIRouter(tags=["Room"])
    host = dependencies.host
    page, index = _page_files(dependencies.page_folder)
    policy = CONTENT_SECURITY_POLICY + dependencies.settings.frame_ancestors
    page_headers = {**PAGE_HEADERS, "content-security-policy": policy}
    joins = RateLimit(JOINS_AT_ONCE, JOINS_PER_SECOND)
    tokens = MeetingTokens(dependencies.store.secret(PURPOSE))
    turn = TurnServers.of(dependencies.settings.turn_url, dependencies.settings.turn_secret)

    conversations = dependencies.store.conversations

    async def known(conversation_id: str) -> ConversationRecord:
        return found(await conversations.get(conversation_id), ApiError(404, "This conversation does not exist"))

    def admit(record: ConversationRecord, request: Request, resume_token: str) -> Guest:
        """Return whom the token of a private room is for. Who has a place in it was let in before, and needs none.

        Raises ApiError 401 or 403.
        """
        if not is_private(record) or (resume_token and host.holds_place(record.conversation_id, resume_token)):
            return Guest("", False)
        claims = tokens.check(presented_token(request), record)
        return Guest(str(claims["user_name"]), claims.get("is_owner") is True)

    @router.get("/room/static/{name}", include_in_schema=False)
    async def room_file(name: str) -> Response:
        content = page.get(name)
        if content is None:
            raise ApiError(404, "There is no such file")
        return Response(content, media_type=CONTENT_TYPES[Path(name).suffix], headers=STATIC_HEADERS)

    @router.get("/rooms/{conversation_id}")
    async def room_facts(
        conversation_id: str, request: Request, t: MeetingToken = None, x_resume_token: ResumeToken = ""
    ) -> dict[str, Any]:
        """Tell what a participant may know before joining."""
        record = await known(conversation_id)
        admit(record, request, x_resume_token)
        persona = await dependencies.store.personas.get(record.persona_id)
        replica = await dependencies.store.replicas.get(record.replica_id)
        voice = host.voice_in(conversation_id)
        return {
            "conversation_id": record.conversation_id,
            "conversation_name": record.conversation_name,
            "replica_name": persona.persona_name if persona else "",
            "status": record.status,
            "closed_captions": bool(record.properties.get("enable_closed_captions")),
            "audio_only": bool(record.fields.get("audio_only") or record.properties.get("audio_only")),
            "recording_enabled": is_recordable(record),
            "basic_voice": voice.basic,
            "stock_voice": replica is not None and replica.replica_type == "user" and not voice.own,
            "ice_servers": [server.as_json() for server in turn.for_participant()] if record.status == "active" else [],
        }

    @router.post("/rooms/{conversation_id}/join")
    async def join_room(
        conversation_id: str, body: JoinRequest, request: Request, t: MeetingToken = None
    ) -> dict[str, Any]:
        """Answer a participant's SDP offer.

        Whose connection broke, or whose page is loaded again, joins with the `resume_token` of the answer before: for ten seconds the
        place is kept, and nobody is told that they left. A token that is no longer good counts as none.
        """
        joins.take(request.client.host if request.client else "")
        check_json(body.model_dump())
        record = await known(conversation_id)
        guest = admit(record, request, body.resume_token or "")
        if record.status != "active":
            raise ApiError(409, "This conversation has ended")
        try:
            answer = await host.join(
                conversation_id,
                body.sdp,
                (body.user_name or "").strip() or guest.user_name,
                owner=guest.owner,
                resume_token=body.resume_token or "",
            )
        except KeyError:
            raise ApiError(409, "This conversation has ended") from None
        start.joined(conversation_id)
        return {
            "sdp": answer.sdp,
            "type": "answer",
            "session_id": answer.session_id,
            "resume_token": answer.resume_token,
            "replica_name": answer.replica_name,
        }

    @router.post("/rooms/{conversation_id}/leave", status_code=204)
    async def leave_room(conversation_id: str, request: Request) -> Response:
        """Let a participant go: `{"resume_token": "..."}`. With `"may_return": true`, for a page that is closed or loaded again, the
        place is kept for ten seconds.

        A page that is being closed can send text only, so the body is JSON under any content type.
        """
        resume_token, may_return = _farewell(await request.body())
        await known(conversation_id)
        await host.leave(conversation_id, resume_token, may_return=may_return)
        return Response(status_code=204)

    # Last: it matches every path of one segment.
    @router.api_route("/{conversation_id}", methods=["GET", "HEAD"], include_in_schema=False)
    async def room_page(conversation_id: str, request: Request) -> Response:
        known_room = (
            bool(IDENTIFIER.fullmatch(conversation_id)) and await conversations.get(conversation_id) is not None
        )
        # A browser that opens an old link sees the page that says so; a program that forgot /v2 gets JSON.
        if not known_room and "text/html" not in request.headers.get("accept", ""):
            raise ApiError(404, f"There is nothing at /{conversation_id[:100]}; the paths of the API begin with /v2")
        if not IDENTIFIER.fullmatch(conversation_id):
            raise ApiError(404, f"There is nothing at /{conversation_id[:100]}")
        if index is None:
            raise ApiError(503, "The room page is missing from this installation: install it again")
        status = 200 if known_room else 404
        return Response(index, status, page_headers, "text/html; charset=utf-8")

    return router


def _page_files(folder: Path) -> tuple[dict[str, bytes], bytes | None]:
    """Read what is served, once: a hundred kilobytes in memory cost less than a thread for each file asked for."""
    index = folder / "index.html"
    shown = (path for path in folder.glob("[!.]*") if path.suffix in CONTENT_TYPES and path.is_file())
    files = {path.name: path.read_bytes() for path in shown}
    return files, index.read_bytes() if index.is_file() else None


def _farewell(body: bytes) -> tuple[str, bool]:
    """Return the resume token of who leaves, and whether they may return."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidInputError("the body", body[:80], 'JSON such as {"resume_token": "..."} is') from None
    given = message if isinstance(message, dict) else {}
    resume_token, may_return = given.get("resume_token"), given.get("may_return", False)
    if not isinstance(resume_token, str) or len(resume_token) > 200:
        raise InvalidInputError("resume_token", resume_token, "the text that joining was answered with is")
    if not isinstance(may_return, bool):
        raise InvalidInputError("may_return", may_return, "true or false is")
    return resume_token, may_return
