"""The load of `bench api`: requests at their times, whatever the answers take."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from engine.bench import load
from engine.bench.load import LoadPlan, run_load, send_plan

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

Handler = Callable[[bytes], Awaitable[bytes]]


class Server:
    """Answers with what `answer` gives; keeps what it was sent."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self.url = ""


@asynccontextmanager
async def serving(answer: Handler) -> AsyncIterator[Server]:
    server = Server()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
                server.heads.append(head)
                server.bodies.append(await reader.readexactly(length))
                reply = await answer(head)
                writer.write(reply)
                if not reply:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()


def plan(server: Server, **changed: float) -> LoadPlan:
    rates = {"gets_per_second": 30.0, "posts_per_second": 20.0, "seconds": 0.5, **changed}
    return LoadPlan(base_url=server.url, key="vv_key", path="/v2/personas", body={"a": 1}, **rates)


async def at_once(head: bytes) -> bytes:
    return OK


async def test_every_request_of_the_plan_is_sent_over_kept_connections() -> None:
    async with serving(at_once) as server:
        result = await asyncio.to_thread(send_plan, plan(server))
        assert (len(result.get_ms), len(result.post_ms), result.errors) == (15, 10, [])
        assert len(result.sent_late_ms) == 25
        assert server.connections <= load.WORKERS
        assert sum(head.startswith(b"GET /v2/personas HTTP/1.1\r\n") for head in server.heads) == 15
        assert server.bodies.count(b'{"a": 1}') == 10
        assert all(b"x-api-key: vv_key\r\n" in head for head in server.heads)


async def test_a_server_that_stalls_is_charged_for_every_request_that_was_due_meanwhile() -> None:
    stalled = False

    async def stall_once(head: bytes) -> bytes:
        nonlocal stalled
        if not stalled:
            stalled = True
            # Blocks the loop of the server; the load runs in a process of its own and goes on.
            import time

            time.sleep(0.4)  # noqa: ASYNC251
        return OK

    async with serving(stall_once) as server:
        result = await run_load(plan(server, posts_per_second=0.0, seconds=1.0))
    assert len(result.get_ms) == 30
    # Of 30 requests a second, a dozen were due within 0.4 s; each waited for the rest of it.
    assert sum(each > 50 for each in result.get_ms) >= 8
    assert max(result.get_ms) >= 390


async def test_what_is_not_a_200_is_an_error_and_no_time() -> None:
    async def refuse(head: bytes) -> bytes:
        return OK if head.startswith(b"GET") else OK.replace(b"200 OK", b"503 No")

    async with serving(refuse) as server:
        result = await asyncio.to_thread(send_plan, plan(server))
    assert len(result.get_ms) == 15
    assert result.post_ms == []
    assert result.errors == ["status 503"] * 10


async def test_a_connection_that_breaks_is_an_error_and_the_next_request_goes_on() -> None:
    broken = False

    async def break_once(head: bytes) -> bytes:
        nonlocal broken
        first, broken = not broken, True
        return b"" if first else OK

    async with serving(break_once) as server:
        result = await asyncio.to_thread(send_plan, plan(server))
    assert len(result.errors) == 1
    assert len(result.get_ms) + len(result.post_ms) == 24


async def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "ANSWER_WITHIN", 0.1)

    async def never(head: bytes) -> bytes:
        await asyncio.sleep(3600)
        return OK

    async with serving(never) as server:
        result = await asyncio.to_thread(send_plan, plan(server, seconds=0.1))
    assert len(result.errors) == 5


async def test_requests_that_reach_nobody_are_errors() -> None:
    async with serving(at_once) as server:
        gone = plan(server)
    result = await run_load(gone)
    assert len(result.errors) == 25
    assert (result.get_ms, result.post_ms) == ([], [])
