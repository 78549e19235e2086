"""Foreign pages: rebinding names, foreign origins, posts that a browser sends without asking."""

import pytest

from tests.attacks.target import KEY, Target, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "localhost.evil.com", "127.0.0.1.evil.com", "[::1].evil.com", "evil.com:127.0.0.1", "evil.com#localhost",
        "localhost@evil.com", "evil.com:8765", "127.0.0.1:8765:80", "127.0.0.1:99999999", "2130706433", "0x7f000001", "0177.0.0.1",
        "0.0.0.0", "[::ffff:10.0.0.1]", "[::]", "7f000001.rbndr.us", "169.254.169.254", "192.168.1.4", "localhost localhost", "",
        "[::1", "::1", "localhost/v2", "localhost%00.evil.com",
    ],
)  # fmt: skip
async def test_a_page_on_a_foreign_name_gets_nothing(target: Target, host: str) -> None:
    for path in ("/v2/personas", "/healthz", "/", "/room/static/room.js"):
        assert refused(await target.call("GET", path, host=host), 400, 403)


@pytest.mark.parametrize(
    "line",
    [
        "GET http://evil.example/v2/personas HTTP/1.1",
        "GET http://127.0.0.1/v2/personas HTTP/1.1",
        "GET //evil.example/v2/personas HTTP/1.1",
        "GET evil.example/v2/personas HTTP/1.1",
        "GET * HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "CONNECT evil.example:443 HTTP/1.1",
        "CONNECT 127.0.0.1:22 HTTP/1.1",
    ],
)
async def test_the_target_of_a_request_is_a_path_here(target: Target, line: str) -> None:
    assert refused(await target.send(f"{line}\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()), 400, 404)


async def test_two_hosts_are_one_too_many(target: Target) -> None:
    for hosts in (
        "Host: 127.0.0.1\r\nHost: evil.example",
        "Host: evil.example\r\nHost: 127.0.0.1",
        "Host: a, 127.0.0.1",
    ):
        head = f"GET /v2/personas HTTP/1.1\r\n{hosts}\r\nx-api-key: {KEY}\r\nConnection: close\r\n\r\n"
        assert refused(await target.send(head.encode()), 400, 403)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "file://", "http://",
        "http://evil.example#localhost", "chrome-extension://abcdef", "http://0.0.0.0", "http://[::ffff:10.0.0.1]",
    ],
)  # fmt: skip
async def test_a_page_of_a_foreign_origin_may_not_call_not_even_with_a_key(target: Target, origin: str) -> None:
    preflight = await target.call(
        "OPTIONS",
        "/v2/personas",
        origin=origin,
        x_api_key="-",
        access_control_request_method="POST",
        access_control_request_headers="content-type, x-api-key",
    )
    call = await target.call("POST", "/v2/personas", {"system_prompt": "x"}, origin=origin)
    for answer in (preflight, call):
        assert "Origin" in refused(answer, 403)
        assert "access-control-allow-origin" not in answer.headers


async def test_below_v2_no_answer_is_open_to_every_origin(target: Target) -> None:
    for path in ("/v2/personas", "/v2/rooms/", "/v2/../rooms/c1", "/v2/uploads", "//rooms/c1"):
        for origin in ("http://localhost:3000", "null", "https://evil.example"):
            answer = await target.call("GET", path, origin=origin)
            assert answer.headers.get("access-control-allow-origin") in {None, "http://localhost:3000"}, (path, origin)
            assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "text/plain;application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "-",
        "applicatio/json",
        "application/jsonp",
    ],
)
async def test_what_a_page_may_post_without_asking_changes_nothing(target: Target, kind: str) -> None:
    body = {"system_prompt": "written by a foreign page"}
    assert refused(await target.call("POST", "/v2/personas", body, content_type=kind, x_api_key="-"), 401)
    assert refused(await target.call("POST", "/v2/personas", body, content_type=kind), 415)
