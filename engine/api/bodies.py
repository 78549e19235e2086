"""What a request may carry, and small repairs of its path."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.api.errors import error_response

LARGEST_BODY = 1 << 20
"""Bytes of a JSON body."""


class TrailingSlash:
    """Serves `/v2/personas/` as `/v2/personas`, without a redirect, which would lose the body of a POST."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["path"].startswith("/v2/") and scope["path"].endswith("/"):
            raw: bytes = scope.get("raw_path") or b""
            scope = {**scope, "path": scope["path"].rstrip("/"), "raw_path": raw.rstrip(b"/")}
        await self._app(scope, receive, send)


class BodyGuard:
    """Refuses bodies that are too large (413) and, below /v2, those that are not JSON (415)."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST_BODY) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        too_large = f"The body is larger than {self._largest} bytes"
        if not length.isdecimal() or int(length) > self._largest:
            await error_response(413, too_large)(scope, receive, send)
            return
        carries = length != "0" or "transfer-encoding" in headers
        if carries and scope["path"].startswith("/v2/") and not _is_json(headers.get("content-type", "")):
            await error_response(415, "Content-Type must be application/json")(scope, receive, send)
            return
        received = 0

        async def count() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._largest:
                raise HTTPException(413, too_large)
            return message

        await self._app(scope, count, send)


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
