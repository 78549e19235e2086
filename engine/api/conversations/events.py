"""`/v2/conversations/{conversation_id}/events`: what happens in a call, as it happens."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from starlette.responses import StreamingResponse
from starlette.types import Send

from engine.api.conversations.interactions import Interaction, interact
from engine.api.conversations.lookup import known_conversation
from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import DOCUMENTED
from engine.conversation.feed import FeedEntry, stored_entry

RECONNECT_MS = 2000
SEND_WITHIN_S = 30.0
"""For one message; a reader that does not take it is let go."""
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class EventStream(StreamingResponse):
    """Server-sent events (WHATWG HTML, section 9.2), to readers who read."""

    media_type = "text/event-stream"

    async def stream_response(self, send: Send) -> None:
        """Send everything, or give up with a reader who takes nothing."""

        async def send_in_time(message: Any) -> None:
            async with asyncio.timeout(SEND_WITHIN_S):
                await send(message)

        try:
            await super().stream_response(send_in_time)
        except TimeoutError:
            return


def event_routes(dependencies: ApiDependencies) -> APIRouter:
    """Send an interaction to a conversation, and follow its events."""
    router = APIRouter(
        prefix="/v2/conversations/{conversation_id}/events", tags=["Conversations"], dependencies=[DOCUMENTED]
    )
    conversations = dependencies.store.conversations

    @router.post("")
    async def send_event(conversation_id: str, body: Interaction) -> dict[str, Any]:
        """Send a message of the interactions protocol, as if a participant had sent it."""
        return await interact(conversation_id, body, dependencies)

    @router.get("", response_class=EventStream)
    async def follow_events(
        conversation_id: str,
        last_event_id: Annotated[
            int, Header(ge=0, le=1 << 62, description="The stream continues after the event with this id.")
        ] = 0,
    ) -> Response:
        """Follow a conversation as server-sent events: what is kept of it (the latest 1000 messages) and all that follows.

        Of one that has ended, its stored events; 204 when there are none after `Last-Event-ID`.
        """
        record = await known_conversation(conversations, conversation_id)
        try:
            entries = dependencies.host.follow(conversation_id, last_event_id)
        except KeyError:
            stored = [stored_entry(conversation_id, event) for event in await conversations.events(conversation_id)]
            kept = [entry for entry in stored if entry.event_id > last_event_id]
            if not kept and record.status == "ended":
                # This tells a browser's EventSource not to come back.
                return Response(status_code=204)
            entries = _each(kept)
        return EventStream(_lines(entries), headers=HEADERS)

    return router


async def _each(entries: list[FeedEntry]) -> AsyncIterator[FeedEntry | None]:
    for entry in entries:
        yield entry


async def _lines(entries: AsyncIterator[FeedEntry | None]) -> AsyncIterator[str]:
    yield f"retry: {RECONNECT_MS}\n\n"
    async for entry in entries:
        # A comment keeps the connection from looking dead.
        yield ":\n\n" if entry is None else f"id: {entry.event_id}\ndata: {json.dumps(entry.message)}\n\n"
        # A thousand kept messages are sent without a wait in between: the media of the calls get their turns.
        await asyncio.sleep(0)
