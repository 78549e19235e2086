"""Connections that cost little: heads within a time and a size, answers that are read, every refusal in JSON."""

import asyncio
import json
import sys
from typing import ClassVar

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from engine.certificates import Certificate

LARGEST_HEAD = 16_384
"""Bytes of request line and headers that are waited for."""
MOST_CONNECTIONS = 256
"""Open at once; a usual process may have 1024 files."""
KEEP_ALIVE_S = 5

_REASONS = {
    400: "This is not a valid HTTP/1.1 request",
    408: "The request came too slowly",
    431: f"The headers are larger than {LARGEST_HEAD} bytes",
    501: "This transfer encoding is not served here",
    503: f"{MOST_CONNECTIONS} connections are open; ask again in a moment",
}


class GuardedConnection(H11Protocol):
    """A connection of uvicorn that is cut off when its client sends a head, or reads an answer, too slowly."""

    head_s: ClassVar[float] = 10.0
    """Seconds from the connection, or from the first byte of a later request, to the end of the headers.
    After an answer that came before the end of a body: seconds for the rest of that body."""
    reading_s: ClassVar[float] = 60.0
    """Seconds in which a client may read nothing of an answer that waits for it."""
    most_connections: ClassVar[int] = MOST_CONNECTIONS

    _head_timer: asyncio.TimerHandle | None = None
    _reading_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head, or refuse one connection too many."""
        super().connection_made(transport)
        if len(self.connections) > self.most_connections:
            self._refuse(503)
        else:
            self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Take bytes from the client."""
        if self._head_timer is None and not self._is_serving():
            self._wait_for_head()
        super().data_received(data)
        if self._is_serving():
            self._stop_waiting_for_head()

    def on_response_complete(self) -> None:
        """Go on with the next request; a body that is still coming has to end soon."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY and self._head_timer is None and not self.transport.is_closing():
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget everything about the client."""
        self._stop_waiting_for_head()
        self._stop_waiting_for_reader()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not read."""
        super().pause_writing()
        self._reading_timer = self.loop.call_later(self.reading_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the client reads."""
        self._stop_waiting_for_reader()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; h11's error says why."""
        error = sys.exception()
        hint = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._refuse(hint if hint in _REASONS else 400)

    def _is_serving(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_s, self._head_is_late)

    def _stop_waiting_for_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_waiting_for_reader(self) -> None:
        if self._reading_timer is not None:
            self._reading_timer.cancel()
            self._reading_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if not self._is_serving() and not self.transport.is_closing():
            self._refuse(408)

    def _refuse(self, status: int) -> None:
        """Answer, if an answer is still possible, and close."""
        if self.cycle is not None:
            # An application that still waits for the rest of a body sees that the client is gone.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            body = json.dumps({"message": _REASONS[status], "error": _REASONS[status]}).encode()
            headers = [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
            ]
            for event in (h11.Response(status_code=status, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def http_config(
    app: ASGIApp,
    *,
    connection: type[GuardedConnection] = GuardedConnection,
    close_s: int | None = None,
    certificate: Certificate | None = None,
) -> uvicorn.Config:
    """Return how an API is served, over TLS with a certificate.

    `close_s` are the seconds that open connections get at the end (None: all they need).
    """
    return uvicorn.Config(
        app,
        http=connection,
        # Nothing here speaks WebSocket, and its upgrades would pass the guards by.
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        h11_max_incomplete_event_size=LARGEST_HEAD,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=close_s,
        ssl_certfile=certificate.chain if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
    )
