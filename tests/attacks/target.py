"""What is attacked, and how an attacker writes requests."""

import asyncio
import json
from dataclasses import dataclass

from engine.api.guards.connections import GuardedConnection
from engine.store.opening import Store
from engine.store.outbox import Delivery
from tests.real_time import SOON
from tests.served import Answer, exchange

KEY = "the-key-of-the-owner"
JSON = "application/json"


class Impatient(GuardedConnection):
    # Also the time in which a refused body has to end: enough on a busy machine.
    head_s = 2.0


@dataclass(frozen=True, slots=True)
class Target:
    """A served appliance, and what its owner sees."""

    port: int
    store: Store
    base_url: str

    async def send(self, *pieces: bytes, pause_s: float = 0.0) -> Answer:
        answer = await exchange(self.port, *pieces, pause_s=pause_s)
        for secret in (b"Traceback", b"site-packages", b"engine/", b"engine\\", bytes(self.store.home), KEY.encode()):
            assert secret not in answer.body + answer.rest, "something leaked"
        return answer

    async def deliveries(self, conversation_id: str) -> list[Delivery]:
        """Wait until each callback of a conversation was tried, and return them."""
        async with asyncio.timeout(SOON):
            while not (  # noqa: ASYNC110 - another task writes it
                found := await self.store.outbox.deliveries(conversation_id)
            ) or not all(entry.attempts for entry in found):
                await asyncio.sleep(0.02)
        return found

    async def call(self, method: str, target: str, body: object = None, **headers: str) -> Answer:
        return await self.send(request(method, target, body, **headers))


def request(method: str, target: str, body: object = None, **headers: str) -> bytes:
    """Write a request; `-` as a header's value leaves it out, underscores stand for hyphens."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    given = {"host": "127.0.0.1", "x_api_key": KEY, "connection": "close", **headers}
    if body is not None:
        given = {"content_type": JSON, "content_length": str(len(content)), **given}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in given.items() if value != "-"]
    return "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""]).encode("latin-1") + content


def refused(answer: Answer, *statuses: int) -> str:
    """Check for an error in the one format and return its text."""
    assert answer.status in statuses, answer
    return answer.error


class Internal:
    """What must not be reached: a server of this network, and one that redirects to it."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).decode().split(" ")[1]
        self.paths.append(path)
        location = f"Location: http://127.0.0.1:{self.port}/secret\r\n" if path.startswith("/redirect") else ""
        status = "307 Temporary Redirect" if location else "200 OK"
        writer.write(f"HTTP/1.1 {status}\r\n{location}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()
