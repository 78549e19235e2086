"""Bodies that come drop by drop."""

import asyncio
from collections.abc import Callable

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.api.guards.slow_clients import SlowClientGuard
from tests.served import exchange, served

HEAD = b"POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 40\r\n\r\n"


async def _reader(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


async def _streamer(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers for a long time after the body, as a stream of events does, and ends when the client goes away."""
    await Request(scope, receive).body()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    for _ in range(5):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(receive(), 0.1)
        await send({"type": "http.response.body", "body": b".", "more_body": True})
    await send({"type": "http.response.body"})


def _guarded(app: Callable[[Scope, Receive, Send], object], **limits: float) -> ASGIApp:
    return SlowClientGuard(app, **limits)  # type: ignore[arg-type]


async def test_a_body_that_comes_drop_by_drop_is_cut_off() -> None:
    async with served(_guarded(_reader, grace_s=1.5, bytes_per_s=1e6)) as port:
        answer = await exchange(port, HEAD, *[b"x"] * 40, pause_s=0.1)
        assert answer.status == 408
        assert answer.error == "The body came too slowly"
        assert answer.headers["connection"] == "close"
        assert (await exchange(port, HEAD, b"x" * 40)).status == 200


async def test_a_body_that_never_comes_is_cut_off() -> None:
    async with served(_guarded(_reader, grace_s=0.2)) as port:
        assert (await exchange(port, HEAD)).status == 408
        chunked = HEAD.replace(b"Content-Length: 40", b"Transfer-Encoding: chunked")
        assert (await exchange(port, chunked, b"5\r\nab")).status == 408


async def test_what_is_slow_but_steady_passes() -> None:
    async with served(_guarded(_reader, grace_s=1.0, bytes_per_s=4)) as port:
        # Each piece buys two and a half seconds; together they take longer than what every body gets.
        answer = await exchange(port, HEAD + b"x" * 10, *[b"x" * 10] * 3, pause_s=0.5)
    assert (answer.status, answer.body) == (200, b"40")


async def test_only_the_waiting_for_the_client_counts() -> None:
    async def busy(scope: Scope, receive: Receive, send: Send) -> None:
        size = 0
        async for piece in Request(scope, receive).stream():
            size += len(piece)
            await asyncio.sleep(1.0)
        await PlainTextResponse(str(size))(scope, receive, send)

    async with served(_guarded(busy, grace_s=1.5, bytes_per_s=1e6)) as port:
        answer = await exchange(port, HEAD, b"x" * 20, b"x" * 20, pause_s=0.1)
    assert (answer.status, answer.body) == (200, b"40")


async def test_after_the_body_nothing_is_limited() -> None:
    async with served(_guarded(_streamer, grace_s=0.05)) as port:
        assert (await exchange(port, HEAD + b"x" * 40)).body == b"....."
