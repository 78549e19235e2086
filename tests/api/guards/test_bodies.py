"""Sizes, kinds and depth of bodies."""

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api.contract.model import DEEPEST
from engine.api.guards.bodies import LARGEST_BODY, LARGEST_OPEN_BODY, nested_deeper
from tests.api.conftest import refusal

JSON = {"content-type": "application/json"}


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


@given(
    value=st.recursive(
        st.text(alphabet='[]{}"\\a', max_size=8), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    ),
    most=st.integers(0, 6),
)
def test_depth_is_counted_outside_of_texts(value: object, most: int) -> None:
    for ascii_only in (False, True):
        assert nested_deeper(json.dumps(value, ensure_ascii=ascii_only).encode(), most) == (_depth(value) > most)


@given(body=st.binary() | st.text(alphabet='[]{}"\\,').map(str.encode))
def test_any_bytes_are_judged(body: bytes) -> None:
    assert nested_deeper(body, 0) in {True, False}


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
@pytest.mark.parametrize("path", ["/v2/personas", "/v2/conversations", "/rooms/c1/join", "/rooms/c1/leave"])
async def test_deep_bodies_are_refused_wherever_they_go(client: httpx.AsyncClient, path: str, opening: bytes) -> None:
    for levels in (DEEPEST + 1, 950, 10_000):
        text = refusal(await client.post(path, content=opening * levels, headers=JSON), 400)
        assert "levels of nesting" in text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
async def test_what_a_foreign_page_can_send_without_asking_is_no_body_here(
    client: httpx.AsyncClient, method: str, kind: str
) -> None:
    headers = {"content-type": kind} if kind else {}
    response = await client.request(method, "/v2/personas/p1", content=b'{"a": 1}', headers=headers)
    assert refusal(response, 415) == "Content-Type must be application/json"


async def test_bodies_have_a_size(client: httpx.AsyncClient) -> None:
    async def endless() -> object:
        for _ in range(LARGEST_BODY // 65_536 + 2):
            yield b" " * 65_536

    for path, largest in (("/v2/personas", LARGEST_BODY), ("/rooms/c1/leave", LARGEST_OPEN_BODY)):
        assert str(largest) in refusal(await client.post(path, content=b" " * (largest + 1), headers=JSON), 413)
        assert str(largest) in refusal(await client.post(path, content=endless(), headers=JSON), 413)  # type: ignore[arg-type]
    assert "not valid JSON" in refusal(
        await client.post("/v2/personas", content=b" " * LARGEST_BODY, headers=JSON), 400
    )


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "٣", "+5"])
async def test_a_length_is_a_number(client: httpx.AsyncClient, length: str) -> None:
    headers = {b"content-length": length.encode(), b"content-type": b"application/json"}
    assert "Content-Length" in refusal(await client.post("/v2/personas", content=b"{}", headers=headers), 400)
