"""One line and one count for each request. Paths, queries, headers and bodies stay out of both: they may hold credentials."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.logs import current_request
from engine.metrics import OTHER, RequestMetrics

log = logging.getLogger(__name__)

CLIENT_CLOSED = 499
"""Stands for the status of a request whose client left before it was answered."""
PROBED = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines; a line for each would hide the others."""


class RouteNote:
    """Notes which route served a request; stands before the routes, behind whatever rewrites paths."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            await self._app(scope, receive, send)
        finally:
            facts = current_request.get()
            template = getattr(scope.get("route"), "path", None)
            if facts is not None and isinstance(template, str):
                facts.route = template


class RequestWatch:
    """Counts and logs every request; stands before everything but the request's id."""

    def __init__(self, app: ASGIApp, requests: RequestMetrics) -> None:
        self._app = app
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status, size = CLIENT_CLOSED, 0

        async def watch(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = int(message["status"])
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        self._requests.in_flight.inc()
        try:
            await self._app(scope, receive, watch)
        finally:
            self._requests.in_flight.dec()
            self._tell(str(scope["method"]), status, size, time.perf_counter() - begun)

    def _tell(self, method: str, status: int, size: int, seconds: float) -> None:
        facts = current_request.get()
        # Without a route: an unknown path, or a request that was refused before it came to the routes.
        route = (facts.route if facts else "") or OTHER
        self._requests.answered(method, route, status, seconds)
        level = logging.DEBUG if route in PROBED else logging.ERROR if status >= 500 else logging.INFO
        if log.isEnabledFor(level):
            key_id = facts.key_id if facts else ""
            log.log(
                level,
                "%s %s %d %.1f ms %d bytes%s",
                *(method[:16], route, status, seconds * 1000, size, f" key {key_id}" if key_id else ""),
                extra={
                    "method": method[:16],
                    "route": route,
                    "status": status,
                    "milliseconds": round(seconds * 1000, 1),
                    "bytes": size,
                    "key_id": key_id,
                },
            )
