"""Requests that are no honest HTTP, and clients that take their time."""

import asyncio
from urllib.parse import quote

import pytest

from tests.attacks.target import JSON, KEY, Target, refused, request
from tests.served import exchange

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("size", [b"-1", b"F" * 30, b"0x10", b"5;" + b"a" * 20_000, b"zz", b" 5", b"5\n"])
async def test_chunks_that_lie(target: Target, size: bytes) -> None:
    head = request("POST", "/v2/personas", None, transfer_encoding="chunked", content_type=JSON)
    answer = await target.send(head + size + b"\r\n" + b'{"a"' + b"\r\n0\r\n\r\n", pause_s=0.1)
    assert refused(answer, 400, 408, 413, 431)


@pytest.mark.parametrize(
    "lengths",
    [
        "Content-Length: 6\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 6",
        "Content-Length: 6\r\nContent-Length: 0", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: chunked, identity", "Transfer-Encoding: xchunked", "Transfer-Encoding:\x0bchunked",
        "Transfer-Encoding : chunked", "Content-Length: +6", "Content-Length: 6, 6, 7", "Content-Length: 0x6",
        " Content-Length: 6", "Content-Length: 6\r\n folded: 1",
    ],
)  # fmt: skip
async def test_one_request_is_never_taken_for_two(target: Target, lengths: str) -> None:
    smuggled = f"GET /v2/personas HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: {KEY}\r\n\r\n"
    head = f"POST /v2/personas HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: {KEY}\r\nContent-Type: {JSON}\r\n{lengths}\r\n\r\n"
    answer = await target.send(head.encode() + b"0\r\n\r\n" + smuggled.encode())
    assert refused(answer, 400, 501)
    assert b"HTTP/1.1 200" not in answer.rest


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET /v2/personas\r\n\r\n", b"GET /\n\n", b"\x00" * 5000 + b"\r\n\r\n", b"\x16\x03\x01\x00\xa5\x01\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nA\r\n\r\n",
        b"GET /v2/\xff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\x00b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\rX-Evil: b\r\n\r\n", b"EHLO evil\r\n\r\n", b"\r\n\r\n\r\n\r\nGARBAGE\r\n\r\n",
    ],
)  # fmt: skip
async def test_what_is_no_http(target: Target, garbage: bytes) -> None:
    assert refused(await target.send(garbage), 400, 403, 408)


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "MOVE", "DEBUG", "get", "A" * 2000])
async def test_methods_that_are_not_served(target: Target, method: str) -> None:
    for path in ("/v2/personas", "/healthz", "/room/static/room.js"):
        answer = await target.call(method, path, x_secret="do-not-echo")
        assert refused(answer, 400, 404, 405)
        assert b"do-not-echo" not in answer.body


@pytest.mark.parametrize(
    "override",
    [
        "x_http_method_override",
        "x_method_override",
        "x_original_url",
        "x_rewrite_url",
        "x_forwarded_host",
        "x_forwarded_for",
        "forwarded",
    ],
)
async def test_headers_of_proxies_are_believed_in_nothing(target: Target, override: str) -> None:
    answer = await target.call("GET", "/v2/personas/unknown", **{override: "/healthz", "x_api_key": "-"})
    assert refused(answer, 401)
    answer = await target.call("GET", "/v2/personas", host="evil.example", **{override: "127.0.0.1"})
    assert refused(answer, 403)


@pytest.mark.parametrize(
    "echoed", ["%0d%0aSet-Cookie:%20a=b", "%0aX-Evil:1", "%e5%98%8a%e5%98%8dX-Evil:1", "<script>alert(1)</script>"]
)
async def test_what_is_echoed_stays_text(target: Target, echoed: str) -> None:
    sent = [
        await target.call("GET", f"/v2/{quote(echoed, safe='%<>()/:=')}"),
        await target.call("GET", f"/{quote(echoed, safe='%<>():=')}"),
        await target.call("GET", f"/v2/personas?sort={quote(echoed, safe='%<>():=')}"),
        await target.call("POST", "/v2/conversations", {"replica_id": echoed}),
    ]
    for answer in sent:
        assert refused(answer, 400, 404)
        assert not {"set-cookie", "x-evil"} & set(answer.headers)


# Time


async def test_a_head_that_comes_drop_by_drop(target: Target) -> None:
    drops = [b"GET /v2/personas HTTP/1.1\r\nHost: 127.0.0.1\r\n", *[b"X-A: b\r\n"] * 200]
    assert refused(await target.send(*drops, pause_s=0.02), 408)


async def test_many_slow_clients_keep_nobody_out(target: Target) -> None:
    slow = [asyncio.create_task(exchange(target.port, b"POST /v2/personas HTTP/1.1\r\nHost: ")) for _ in range(100)]
    await asyncio.sleep(0.1)
    assert (await target.call("GET", "/v2/personas")).status == 200
    assert {answer.status for answer in await asyncio.gather(*slow)} == {408}


async def test_keys_cannot_be_guessed_at_leisure(target: Target) -> None:
    answers = [await target.call("GET", "/v2/personas", x_api_key=f"guess-{number}") for number in range(80)]
    assert {answer.status for answer in answers} == {401, 429}
    # On a slow machine the last guess may be the one that each second allows.
    refusals = [answer for answer in answers if answer.status == 429]
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refusals)
