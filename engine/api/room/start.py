"""`/`: a person at this machine opens the appliance in a browser and stands in a room."""

import asyncio

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from engine.api.contract.errors import ApiError
from engine.api.conversations.bodies import ConversationCreate
from engine.api.conversations.opening import open_conversation
from engine.api.conversations.tokens import PURPOSE, MeetingTokens, is_private
from engine.api.dependencies import ApiDependencies
from engine.api.guards.hosts import host_name, is_loopback_name
from engine.store.stock import DEFAULT_PERSONA_ID

NO_KEY_NEEDED = "Conversations are begun here by a browser on the appliance's own machine; elsewhere POST /v2/conversations begins one"


class StartPage:
    """Begins a conversation with the default persona, or leads to the one begun before that nobody has joined yet.

    It needs no key, so it serves this machine alone, and only pages that were opened, not ones that another site embeds or fetches.
    """

    def __init__(self, dependencies: ApiDependencies) -> None:
        self._dependencies = dependencies
        self._tokens = MeetingTokens(dependencies.store.secret(PURPOSE))
        self._waiting = ""
        self._ticket = ""
        """What the URL of the room ends with."""
        self._one_at_a_time = asyncio.Lock()

    def joined(self, conversation_id: str) -> None:
        """Note that somebody is in: the next visitor gets a room of their own."""
        if conversation_id == self._waiting:
            self._waiting = ""

    async def serve(self, request: Request) -> Response:
        """Redirect to a room. Raises ApiError, CapacityError."""
        client = request.client.host if request.client else ""
        asked = host_name(request.headers.get("host", "")) or ""
        if not is_loopback_name(client) or not is_loopback_name(asked):
            raise ApiError(403, NO_KEY_NEEDED)
        if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            raise ApiError(403, NO_KEY_NEEDED)
        async with self._one_at_a_time:
            if not self._dependencies.host.is_live(self._waiting):
                body = ConversationCreate(persona_id=DEFAULT_PERSONA_ID)
                record = await open_conversation(body, self._dependencies)
                self._waiting = record.conversation_id
                self._ticket = f"?t={self._tokens.issue(record, is_owner=True)}" if is_private(record) else ""
            return RedirectResponse(f"/{self._waiting}{self._ticket}", 303, {"cache-control": "no-store"})


def start_routes(page: StartPage) -> APIRouter:
    """The way in for a person."""
    router = APIRouter(tags=["Room"])
    router.add_api_route("/", page.serve, methods=["GET"], include_in_schema=False)
    return router
