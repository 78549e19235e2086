"""Which web pages may call: CORS answers and the refusal of foreign origins."""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.api.contract.errors import error_response
from engine.api.guards.hosts import is_loopback_name

OPEN_PATHS = ("/rooms/", "/room/static/", "/media/thumbnails/")
"""Signalling, whose credential is the conversation id, and public files: every origin, `null` included."""

METHODS = "GET, POST, PUT, PATCH, DELETE"
HEADERS = "authorization, content-type, last-event-id, x-api-key"
EXPOSED = "retry-after, x-request-id, content-disposition, content-range, etag"


class OriginGuard:
    """Answers preflights, marks answers for the origins that are allowed, and refuses the others."""

    def __init__(self, app: ASGIApp, allowed: tuple[str, ...], base_url: Callable[[], str]) -> None:
        self._app = app
        self._allowed = {origin.lower().rstrip("/") for origin in allowed}
        self._base_url = base_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        origin = headers.get("origin")
        if origin is None:
            await self._app(scope, receive, send)
            return
        everyone = scope["path"].startswith(OPEN_PATHS)
        if not everyone and not self._permits(origin, headers.get("host", "")):
            refusal = error_response(
                403, f"Origin {origin[:100]} may not call this API; VISAVIS_ALLOW_ORIGINS names those that may"
            )
            await refusal(scope, receive, send)
            return
        answer = {"access-control-allow-origin": "*" if everyone else origin, "vary": "Origin"}
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await _preflight(answer, headers)(scope, receive, send)
            return

        async def mark(message: Message) -> None:
            if message["type"] == "http.response.start":
                marked = MutableHeaders(scope=message)
                marked.update(answer)
                marked["access-control-expose-headers"] = EXPOSED
            await send(message)

        await self._app(scope, receive, mark)

    def _permits(self, origin: str, host: str) -> bool:
        if origin.lower() in self._allowed:
            return True
        try:
            parts = urlsplit(origin)
            name = parts.hostname or ""
        except ValueError:
            return False
        if parts.scheme not in {"http", "https"} or not name:
            return False
        own = urlsplit(self._base_url())
        same = (parts.scheme, parts.netloc.lower()) == (own.scheme, own.netloc.lower())
        return is_loopback_name(name) or same or parts.netloc.lower() == host.lower()


def _preflight(answer: dict[str, str], headers: Headers) -> Response:
    granted = {
        **answer,
        "access-control-allow-methods": METHODS,
        "access-control-allow-headers": HEADERS,
        "access-control-max-age": "600",
    }
    if headers.get("access-control-request-private-network") == "true":
        granted["access-control-allow-private-network"] = "true"
    return Response(status_code=204, headers=granted)
