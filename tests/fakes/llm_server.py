"""A real server on loopback that speaks OpenAI's chat completions, well or badly."""

import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.layers.llm.remote_settings import RemoteSettings

DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        return dict(json.loads(self.raw))


class Visitor:
    """The other end of one connection."""

    def __init__(self, connection: socket.socket, server: "LlmServer") -> None:
        self._connection = connection
        self._server = server

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def head(self, status: int = 200, content_type: str = "text/event-stream", **more: str) -> None:
        """Send the head of an answer in chunks; names of headers are given with underscores."""
        fields = {"content-type": content_type, "transfer-encoding": "chunked", **more}
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
        self.send(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode())

    def chunk(self, data: bytes) -> None:
        self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def whole(self, status: int, body: bytes = b"", **more: str) -> None:
        """Send an answer that is not a stream."""
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in more.items())
        self.send(f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n{lines}\r\n".encode() + body)

    def wait(self, seconds: float) -> bool:
        """Wait; return whether the visitor has left in the meantime, and note when."""
        readable, _, _ = select.select([self._connection, self._server.closing], [], [], seconds)
        if self._connection in readable and self._connection.recv(1, socket.MSG_PEEK) == b"":
            self._server.left_at.append(time.monotonic())
            return True
        return bool(readable)


Manner: TypeAlias = Callable[[Visitor], object]
"""How one request for an answer is dealt with; the connection is kept unless it returns False."""


class LlmServer:
    """Deals with requests for answers in the manners that are given, in order, then in the last one for ever."""

    def __init__(self, *manners: Manner) -> None:
        self.manners = manners
        self.asked: list[Asked] = []
        self.knocks: list[Asked] = []
        self.connections = 0
        self.left_at: list[float] = []
        """When visitors closed their connection in the midst of an answer (monotonic)."""
        self.url = ""
        self.closing, self._close = socket.socketpair()
        self._threads: list[threading.Thread] = []

    def settings(self, **more: Any) -> RemoteSettings:
        made = RemoteSettings.of({"base_url": self.url, "model": "tiny", **more})
        assert made is not None
        return made

    def _accept(self, listener: socket.socket) -> None:
        while listener in select.select([listener, self.closing], [], [])[0]:
            connection, _ = listener.accept()
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            received = b""
            while True:
                while b"\r\n\r\n" not in received:
                    if connection not in select.select([connection, self.closing], [], [])[0]:
                        return
                    if not (data := connection.recv(65_536)):
                        return
                    received += data
                head, _, received = received.partition(b"\r\n\r\n")
                first, *lines = head.decode("latin-1").split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                while len(received) < int(headers.get("content-length", 0)):
                    received += connection.recv(65_536)
                length = int(headers.get("content-length", 0))
                asked = Asked(first.split()[0], first.split()[1], headers, received[:length])
                received = received[length:]
                visitor = Visitor(connection, self)
                if asked.method == "HEAD":
                    self.knocks.append(asked)
                    visitor.whole(200)
                    continue
                self.asked.append(asked)
                if self.manners[min(len(self.asked), len(self.manners)) - 1](visitor) is False:
                    return

    @contextmanager
    def serving(self) -> Iterator["LlmServer"]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
            accepting = threading.Thread(target=self._accept, args=(listener,), daemon=True)
            accepting.start()
            try:
                yield self
            finally:
                self._close.close()
                for thread in (accepting, *self._threads):
                    thread.join(10)
                self.closing.close()


def delta(**fields: Any) -> bytes:
    """Return one event of an answer."""
    return event({"choices": [{"index": 0, "delta": fields, "finish_reason": None}]})


def event(value: object) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def finish(reason: str = "stop") -> bytes:
    return event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})


# --- manners ---


def says(*words: str, pause_s: float = 0.0) -> Manner:
    """Answer as it should be done."""

    def manner(visitor: Visitor) -> None:
        visitor.head()
        visitor.chunk(delta(role="assistant", content=""))
        for word in words:
            visitor.chunk(delta(content=word))
            if pause_s:
                visitor.wait(pause_s)
        visitor.chunk(finish() + DONE)
        visitor.chunk(b"")

    return manner


def streams(*chunks: bytes, cut: bool = False) -> Manner:
    """Send these bytes as a stream; `cut`: without its proper end."""

    def manner(visitor: Visitor) -> bool:
        visitor.head()
        for chunk in chunks:
            visitor.chunk(chunk)
        if not cut:
            visitor.chunk(b"")
        return not cut

    return manner


def answers(status: int, body: bytes = b"", **headers: str) -> Manner:
    return lambda visitor: visitor.whole(status, body, **headers)


def hangs(*chunks: bytes) -> Manner:
    """Say nothing, or nothing more after these bytes, until the visitor has left."""

    def manner(visitor: Visitor) -> bool:
        if chunks:
            visitor.head()
        for chunk in chunks:
            visitor.chunk(chunk)
        visitor.wait(60)
        return False

    return manner


def talks_on(pause_s: float = 0.005) -> Manner:
    """Say one word after the other until the visitor has left."""

    def manner(visitor: Visitor) -> bool:
        visitor.head()
        while not visitor.wait(pause_s):
            visitor.chunk(delta(content="word "))
        return False

    return manner


def hangs_up(visitor: Visitor) -> bool:
    """Close the connection without a word."""
    return False
