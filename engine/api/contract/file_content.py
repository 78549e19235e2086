"""A file as an answer: byte ranges, an entity tag, and nothing in it that a browser would run."""

import os
from collections.abc import Mapping
from pathlib import Path

from fastapi import Request, Response
from starlette.responses import FileResponse, MalformedRangeHeader, RangeNotSatisfiable

from engine.api.contract.errors import ApiError

SAFE_HEADERS = {
    "cache-control": "private, no-cache",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
}
"""For files from outside: they are downloaded, never rendered under the appliance's origin."""


def file_content(
    request: Request,
    path: Path,
    *,
    media_type: str,
    etag: str,
    file_name: str | None = None,
    headers: Mapping[str, str] = SAFE_HEADERS,
) -> Response:
    """Answer a GET or HEAD with a file, as an attachment if it has a `file_name`; `etag` without quotation marks.

    Raises ApiError: 404 when the file is gone, 416 for bytes that it does not have.
    """
    answered = {**headers, "etag": f'"{etag}"'}
    if _is_known(request.headers.get("if-none-match", ""), answered["etag"]):
        return Response(status_code=304, headers=answered)
    try:
        state = path.stat()
    except OSError:
        raise ApiError(404, "This file is gone") from None
    if not _range_is_usable(request.headers.get("range"), state):
        request = _without_range(request)
    return FileResponse(path, headers=answered, media_type=media_type, filename=file_name, stat_result=state)


def _is_known(if_none_match: str, etag: str) -> bool:
    named = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in named or "*" in named


def _range_is_usable(asked: str | None, state: os.stat_result) -> bool:
    """Whether the header can be served; one that is malformed is ignored, as RFC 9110 wants. Raises ApiError."""
    if asked is None:
        return True
    try:
        FileResponse._parse_range_header(asked, state.st_size)
    except MalformedRangeHeader:
        return False
    except RangeNotSatisfiable as error:
        raise ApiError(
            416, f"The file has {error.max_size} bytes", {"content-range": f"bytes */{error.max_size}"}
        ) from None
    return True


def _without_range(request: Request) -> Request:
    # The response reads the headers of the scope, which is one object for the whole request.
    request.scope["headers"] = [pair for pair in request.scope["headers"] if pair[0] != b"range"]
    return request
