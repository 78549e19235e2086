"""Connections whose clients are slow, too many, or speak no HTTP."""

import asyncio
import contextlib
import time

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from engine.api.guards.connections import LARGEST_HEAD, GuardedConnection
from tests.real_time import SOON, best_of, in_time, until
from tests.served import exchange, served

LARGE = 20_000_000


class Impatient(GuardedConnection):
    # Long enough for an honest head on a busy machine.
    head_s = 2.0
    reading_s = 1.0


class Crowded(GuardedConnection):
    most_connections = 8


class Application:
    """Reads bodies at `/read`, refuses early at `/early`, answers much at `/large`."""

    def __init__(self) -> None:
        self.seen = 0
        self.ended = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.seen += 1
        try:
            if scope["path"] == "/read":
                with contextlib.suppress(Exception):
                    await Request(scope, receive).body()
            if scope["path"] == "/large":
                await send({"type": "http.response.start", "status": 200, "headers": []})
                for _ in range(LARGE // 100_000):
                    await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
                await send({"type": "http.response.body"})
                return
            await PlainTextResponse("ok")(scope, receive, send)
        finally:
            self.ended.set()


async def test_headers_that_come_drop_by_drop_are_cut_off() -> None:
    drops = [bytes([byte]) for byte in b"GET / HTTP/1.1\r\nHost: h\r\n" + b"X-A: b\r\n" * 500]
    app = Application()
    async with served(app, Impatient) as port:
        answer = await exchange(port, *drops, pause_s=0.02)
        assert answer.status == 408
        assert "slowly" in answer.error
        silent = await exchange(port)
        assert silent.status == 408
        assert app.seen == 0
        assert (await exchange(port, b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")).status == 200


async def test_a_second_request_has_to_come_in_time_too() -> None:
    async with served(Application(), Impatient) as port:
        answer = await exchange(port, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", b"GET / HT", pause_s=0.1)
    assert answer.status == 200
    assert b"408" in answer.rest


async def test_an_answer_may_take_as_long_as_it_takes() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(2 * Impatient.head_s)
        await PlainTextResponse("ok")(scope, receive, send)

    async with served(slow, Impatient) as port:
        assert (await exchange(port, b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")).status == 200


async def test_who_goes_on_sending_after_the_answer_is_cut_off() -> None:
    """The answer came before the body: its rest is read for a moment, so that the client sees the answer, and not for ever."""
    head = b"POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n"
    async with served(Application(), Impatient) as port:
        answer = await exchange(port, head, *[b"x" * 1000] * 1000, pause_s=0.02)
    assert (answer.status, answer.body) == (200, b"ok")


async def test_who_reads_nothing_of_a_large_answer_is_cut_off() -> None:
    app = Application()
    async with served(app, Impatient) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET /large HTTP/1.1\r\nHost: h\r\n\r\n")
        await asyncio.wait_for(app.ended.wait(), SOON)
        writer.transport.abort()
    del reader


async def test_who_reads_a_large_answer_slowly_gets_all_of_it() -> None:
    async def read_slowly() -> None:
        """Take longer for the whole than a client may read nothing."""
        received, began = 0, time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(65_536):
                received += len(chunk)
                await asyncio.sleep(2 * Impatient.reading_s * len(chunk) / LARGE)
        writer.close()
        # A machine that stands still for as long looks like a client that does.
        in_time(received >= LARGE, f"{received} bytes came within {time.monotonic() - began:.1f} s")
        assert time.monotonic() - began > Impatient.reading_s

    async with served(Application(), Impatient) as port:
        await best_of(read_slowly)


async def test_one_connection_too_many_is_told_so() -> None:
    app = Application()
    async with served(app, Crowded) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(8)]
        for number, (_, writer) in enumerate(held, 1):
            writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            await until(lambda number=number: app.seen == number)  # type: ignore[misc]
        answer = await exchange(port)
        assert answer.status == 503
        assert "connections" in answer.error
        for _, writer in held:
            writer.close()
            await writer.wait_closed()
        again = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        # The server hears of a client that left a moment later.
        for _ in range(50):
            if (answer := await exchange(port, again)).status == 200:
                break
            await asyncio.sleep(0.1)
        assert answer.status == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100 + b"\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: h\r\nBad Header: x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * (LARGEST_HEAD + 1), 431),
        (b"GET /" + b"x" * (LARGEST_HEAD + 1), 431),
    ],
)
async def test_what_is_no_http_is_refused_in_json(sent: bytes, status: int) -> None:
    app = Application()
    async with served(app) as port:
        answer = await exchange(port, sent)
    assert answer.status == status
    assert answer.error
    assert app.seen == 0


async def test_a_body_that_turns_into_garbage_ends_the_request_quietly(caplog: pytest.LogCaptureFixture) -> None:
    app = Application()
    head = b"POST /read HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with served(app) as port:
        answer = await exchange(port, head + b"5\r\nabcde\r\n", b"ZZZ\r\n", pause_s=0.1)
        await asyncio.wait_for(app.ended.wait(), SOON)
    assert answer.status == 400
    assert answer.error
    assert not [record for record in caplog.records if record.exc_info]
