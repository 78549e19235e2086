"""A real webhook receiver on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver answers; status 0 cuts the connection."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One try, as it arrived."""

    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        return dict(json.loads(self.raw))


class Receiver:
    """Keeps what arrives; `answers` are its next statuses, 200 afterwards."""

    def __init__(self) -> None:
        self.answers: list[int | Answer] = []
        self.requests: list[Request] = []
        self.taken: list[Request] = []
        self.url = ""
        self._arrival = asyncio.Event()

    @property
    def tried(self) -> list[dict[str, Any]]:
        return [request.body for request in self.requests]

    @property
    def accepted(self) -> list[dict[str, Any]]:
        return [request.body for request in self.taken]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = [line.partition(":") for line in head.splitlines()[1:] if line]
        headers = {name.lower(): value.strip() for name, _, value in lines}
        request = Request(headers, await reader.readexactly(int(headers["content-length"])))
        self.requests.append(request)
        given = self.answers.pop(0) if self.answers else 200
        answer = given if isinstance(given, Answer) else Answer(given)
        if answer.status == 0:
            writer.transport.abort()
        else:
            more = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
            writer.write(f"HTTP/1.1 {answer.status} X\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            writer.close()
        if answer.status == 200:
            self.taken.append(request)
        self._arrival.set()

    async def until(self, count: int, *, tried: bool = False) -> list[dict[str, Any]]:
        """Wait for so many accepted (or tried) callbacks."""
        await self.until_true(lambda: (len(self.requests) if tried else len(self.taken)) >= count)
        return self.tried if tried else self.accepted

    async def until_true(self, condition: Callable[[], bool], within_s: float = 60.0) -> None:
        """Wait until what has arrived meets the condition. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while not condition():
                self._arrival.clear()
                await self._arrival.wait()


@asynccontextmanager
async def receiving(made: Receiver | None = None) -> AsyncIterator[Receiver]:
    """Serve a receiver on a free port."""
    made = made or Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    yield made
    server.close()
    await server.wait_closed()
