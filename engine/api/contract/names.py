"""One resource, two names: the older ones are used inside, both are accepted and both are answered."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Receive, Scope, Send

from engine.errors import InvalidInputError

OLDER_BY_NEWER = {
    "pal_id": "persona_id",
    "pal_name": "persona_name",
    "face_id": "replica_id",
    "face_name": "replica_name",
    "default_face_id": "default_replica_id",
}

ALIASES = (("/v2/pals", "/v2/personas"), ("/v2/faces", "/v2/replicas"))
"""The newer path and the older one that it stands for, with all that is below."""

OLDER_PARAMETERS = {
    **OLDER_BY_NEWER,
    "pal_type": "persona_type",
    "face_type": "replica_type",
    "pal_ids": "persona_ids",
    "face_ids": "replica_ids",
}
"""Newer names in a query."""


def older_names(body: dict[str, Any]) -> dict[str, Any]:
    """Return a copy that uses the older names; raises InvalidInputError where a body says two things under two names."""
    renamed = {name: value for name, value in body.items() if name not in OLDER_BY_NEWER}
    for newer, older in OLDER_BY_NEWER.items():
        if newer in body and renamed.setdefault(older, body[newer]) != body[newer]:
            raise InvalidInputError(newer, body[newer], f"the value of {older} is, for both name the same thing")
    return renamed


def both_names(answer: dict[str, Any]) -> dict[str, Any]:
    """Return a copy with the newer names added."""
    return {**answer, **{newer: answer[older] for newer, older in OLDER_BY_NEWER.items() if older in answer}}


class NewerNames:
    """Serves the newer paths and query parameters as the older ones."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["path"].startswith("/v2/"):
            scope = {**scope, **_older_path(scope), "query_string": _older_query(scope.get("query_string", b""))}
        await self._app(scope, receive, send)


def _older_path(scope: Scope) -> dict[str, Any]:
    path: str = scope["path"]
    for newer, older in ALIASES:
        if path == newer or path.startswith(f"{newer}/"):
            raw: bytes = scope.get("raw_path") or path.encode()
            return {
                "path": older + path.removeprefix(newer),
                "raw_path": older.encode() + raw.removeprefix(newer.encode()),
            }
    return {}


def _older_query(query: bytes) -> bytes:
    if not any(newer.encode() in query for newer in OLDER_PARAMETERS):
        return query
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return urlencode([(OLDER_PARAMETERS.get(name, name), value) for name, value in pairs]).encode("latin-1")
