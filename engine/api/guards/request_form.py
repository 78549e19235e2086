"""What a request must look like before anything reads it: one way to see its target, its length and its text."""

from urllib.parse import unquote_to_bytes

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.api.contract.errors import error_response

LONGEST_TARGET = 8192
"""Bytes of path and query."""
LARGEST_HEADERS = 32_768
"""Bytes of all header names and values."""

_CLOSE = {"connection": "close"}


class RequestFormGuard:
    """Refuses what two readers could understand differently, and what no client of the contract sends.

    Absolute targets (`GET http://other/`), NUL in path or query, overlong targets and headers, a length given twice.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            refusal = _refusal(scope)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _refusal(scope: Scope) -> JSONResponse | None:
    query: bytes = scope["query_string"]
    target: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
    names = [name for name, _ in scope["headers"]]
    if len(target) + len(query) > LONGEST_TARGET:
        return error_response(414, f"The URL is longer than {LONGEST_TARGET} bytes", _CLOSE)
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEADERS:
        return error_response(431, f"The headers are larger than {LARGEST_HEADERS} bytes", _CLOSE)
    if not target.startswith(b"/"):
        return error_response(400, "The target of a request is a path that begins with /", _CLOSE)
    if "\0" in scope["path"] or b"\0" in unquote_to_bytes(query):
        return error_response(400, "A URL without NUL characters is accepted")
    if b"transfer-encoding" in names and b"content-length" in names:
        return error_response(400, "Either Content-Length or Transfer-Encoding is accepted, not both", _CLOSE)
    if names.count(b"host") > 1 or names.count(b"content-type") > 1 or names.count(b"x-api-key") > 1:
        return error_response(400, "Host, Content-Type and x-api-key are accepted once", _CLOSE)
    return None
