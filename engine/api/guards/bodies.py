"""What a request may carry, and small repairs of its path."""

import re

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.api.contract.errors import error_response
from engine.api.contract.model import DEEPEST

LARGEST_BODY = 1 << 20
"""Bytes of a JSON body."""
LARGEST_OPEN_BODY = 1 << 18
"""Bytes of a body that needs no key: the signalling of rooms."""
UPLOADS = "/v2/uploads"
"""Takes bodies of any kind and size; its route writes them to the disk and limits them."""

_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


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
    """Refuses bodies that are too large (413), nested too deeply (400) and, below /v2, not JSON (415).

    A body is read whole before the application sees the request; uploads pass untouched.
    """

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
        if not (length.isascii() and length.isdecimal()):
            await error_response(400, "Content-Length is a number of bytes")(scope, receive, send)
        elif scope["path"] == UPLOADS and scope["method"] == "POST":
            await self._app(scope, receive, send)
        else:
            await self._guarded(scope, headers, int(length), receive, send)

    async def _guarded(self, scope: Scope, headers: Headers, length: int, receive: Receive, send: Send) -> None:
        below_v2 = scope["path"].startswith("/v2/")
        largest = self._largest if below_v2 else min(self._largest, LARGEST_OPEN_BODY)
        if length > largest:
            await _too_large(largest)(scope, receive, send)
            return
        carries = length > 0 or "transfer-encoding" in headers
        if carries and below_v2 and not _is_json(headers.get("content-type", "")):
            await error_response(415, "Content-Type must be application/json")(scope, receive, send)
            return
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            if len(body) > largest:
                await _too_large(largest)(scope, receive, send)
                return
            if not message.get("more_body", False):
                break
        # Before anything parses it; the models check what a patch has made of it once more.
        if nested_deeper(body, DEEPEST):
            await error_response(400, f"the body: at most {DEEPEST} levels of nesting are accepted")(
                scope, receive, send
            )
            return
        await self._app(scope, _replayed(bytes(body), receive), send)


def nested_deeper(body: bytes | bytearray, most: int) -> bool:
    """Whether brackets outside of texts are open more than `most` levels deep; linear in the length of the body."""
    if body.count(b"[") + body.count(b"{") <= most:
        return False
    depth = 0
    for bracket in _TEXT.sub(b"", body).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > most:
            return True
    return False


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _too_large(largest: int) -> JSONResponse:
    return error_response(413, f"The body is larger than {largest} bytes")


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
