"""An API on a real socket, and a client that sends any bytes at all."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from engine.api.guards.connections import GuardedConnection, http_config
from engine.certificates import Certificate


@asynccontextmanager
async def served(
    app: ASGIApp,
    connection: type[GuardedConnection] = GuardedConnection,
    certificate: Certificate | None = None,
) -> AsyncIterator[int]:
    """Serve as the appliance does; gives the port."""
    server = uvicorn.Server(http_config(app, connection=connection, close_s=1, certificate=certificate))
    listener = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve([listener]))
    while not server.started:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.01)
    yield int(listener.getsockname()[1])
    server.should_exit = True
    await serving


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back until the server closed the connection."""

    status: int
    """0: the connection was closed without an answer."""
    headers: dict[str, str]
    body: bytes
    rest: bytes
    """What followed the first answer."""

    @property
    def error(self) -> str:
        """The text of an error in the one format."""
        assert self.headers["content-type"] == "application/json", self
        answer: dict[str, Any] = json.loads(self.body)
        assert set(answer) == {"message", "error"}
        assert answer["message"] == answer["error"]
        return str(answer["message"])


async def exchange(port: int, *pieces: bytes, pause_s: float = 0.0, limit_s: float = 60.0) -> Answer:
    """Send pieces with pauses and read until the server closes; a server that closes early ends the sending."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received = bytearray()

    async def send() -> None:
        with suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause_s)

    sending = asyncio.create_task(send())
    try:
        async with asyncio.timeout(limit_s):
            with suppress(ConnectionError):
                while chunk := await reader.read(65_536):
                    received += chunk
    finally:
        sending.cancel()
        writer.close()
    return _parsed(bytes(received))


def _parsed(received: bytes) -> Answer:
    if not received:
        return Answer(0, {}, b"", b"")
    head, _, rest = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", "0"))
    return Answer(int(first.split(" ")[1]), headers, rest[:length], rest[length:])
