"""A real HTTP server on this machine that serves files with ranges, and misbehaves on demand."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Fault = Callable[["Request"], None]


class HubServer:
    """Serves `content` (path -> bytes); each request takes the next of `faults`, and behaves well when none is left."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.faults: list[Fault] = []
        self.asked: list[tuple[str, str]] = []
        """Path and Range header of each request."""
        self.authorised: list[str] = []
        """Authorization header of each request."""
        self.etags = True
        self.release = threading.Event()
        """Ends the waiting of `stall`."""
        server = self

        class Handler(Request):
            hub = server

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.release.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class Request(BaseHTTPRequestHandler):
    hub: HubServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.hub.asked.append((self.path, self.headers.get("Range", "")))
        self.hub.authorised.append(self.headers.get("Authorization", ""))
        fault = self.hub.faults.pop(0) if self.hub.faults else Request.behave
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            fault(self)

    @property
    def data(self) -> bytes:
        return self.hub.content[self.path]

    @property
    def etag(self) -> str:
        return f'"{hash(self.data)}"'

    def behave(self) -> None:
        if self.path not in self.hub.content:
            self.answer(404, b"")
            return
        start = self.range_start()
        if start is None:
            self.answer(200, self.data)
        elif start >= len(self.data):
            self.answer(416, b"")
        else:
            self.answer(
                206, self.data[start:], {"Content-Range": f"bytes {start}-{len(self.data) - 1}/{len(self.data)}"}
            )

    def range_start(self) -> int | None:
        wanted = self.headers.get("Range")
        condition = self.headers.get("If-Range")
        if wanted is None or (condition is not None and condition != self.etag):
            return None
        return int(wanted.removeprefix("bytes=").rstrip("-"))

    def answer(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, length: int | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        if self.hub.etags and self.path in self.hub.content:
            self.send_header("ETag", self.etag)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        if length is not None and length != len(body):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is given
        """Say nothing."""


def break_off(after: int) -> Fault:
    """Send what was asked for, but close the connection after so many bytes of it."""

    def fault(request: Request) -> None:
        start = request.range_start() or 0
        rest = request.data[start:]
        headers = {"Content-Range": f"bytes {start}-{len(request.data) - 1}/{len(request.data)}"} if start else {}
        request.answer(206 if start else 200, rest[:after], headers, length=len(rest))

    return fault


def stall(after: int) -> Fault:
    """Send so many bytes, then nothing until the server is released."""

    def fault(request: Request) -> None:
        request.answer(200, request.data[:after], length=len(request.data))
        request.wfile.flush()
        request.hub.release.wait(180)

    return fault


def slowly(chunk: int, pause: float) -> Fault:
    """Send the file in small pieces."""

    def fault(request: Request) -> None:
        request.answer(200, b"", length=len(request.data))
        for start in range(0, len(request.data), chunk):
            request.wfile.write(request.data[start : start + chunk])
            time.sleep(pause)

    return fault


def not_before(event: threading.Event) -> Fault:
    """Send the file once something has come about."""

    def fault(request: Request) -> None:
        event.wait(60)
        request.behave()

    return fault


def status(code: int) -> Fault:
    return lambda request: request.answer(code, b"sorry")


def announce(length: int) -> Fault:
    """Lie about the length."""
    return lambda request: request.answer(200, request.data, length=length)


def send(body: bytes) -> Fault:
    """Send something else, correctly announced."""
    return lambda request: request.answer(200, body)


def unannounced(body: bytes) -> Fault:
    """Send something without saying how long it is."""

    def fault(request: Request) -> None:
        request.send_response(200)
        request.send_header("Connection", "close")
        request.end_headers()
        request.wfile.write(body)
        request.close_connection = True

    return fault


def ignore_range(request: Request) -> None:
    """Send the whole file, whatever part was asked for."""
    request.answer(200, request.data)


def wrong_range(request: Request) -> None:
    """Pretend to continue, but somewhere else."""
    request.answer(206, request.data[1:], {"Content-Range": f"bytes 1-{len(request.data) - 1}/{len(request.data)}"})


def redirect(target: str) -> Fault:
    return lambda request: request.answer(302, b"", {"Location": target})


def compressed(request: Request) -> None:
    request.answer(200, request.data, {"Content-Encoding": "gzip"})


@contextlib.contextmanager
def serving() -> Iterator[HubServer]:
    server = HubServer()
    try:
        yield server
    finally:
        server.close()
