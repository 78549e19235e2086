"""A name for each request, in its answer, in the log, and in the text of an internal error."""

import re
import secrets

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.logs import RequestFacts, current_request

HEADER = "x-request-id"
WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a client may call its request: the id lands in logs, so it holds nothing that needs quoting."""


class RequestIds:
    """Takes a well-formed X-Request-Id or makes one, and answers it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        facts = RequestFacts(given if WELL_FORMED.fullmatch(given) else secrets.token_hex(8))
        header = (HEADER.encode("ascii"), facts.request_id.encode("ascii"))

        async def name(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), header]}
            await send(message)

        token = current_request.set(facts)
        try:
            await self._app(scope, receive, name)
        finally:
            current_request.reset(token)
