"""Monitors and link checkers ask with HEAD."""

import httpx
import pytest

from tests.api.conftest import refusal
from tests.fakes.call_host import FakeCallHost


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/llms.txt"])
async def test_head_is_answered_as_get_without_the_body(stranger: httpx.AsyncClient, path: str) -> None:
    head, get = await stranger.head(path), await stranger.get(path)
    assert head.status_code == get.status_code == 200
    assert head.headers["content-type"] == get.headers["content-type"]
    assert head.content == b""
    assert get.content


async def test_head_of_the_start_page_begins_no_conversation(stranger: httpx.AsyncClient, host: FakeCallHost) -> None:
    refusal(await stranger.get("/nothing/here"), 404)
    assert (await stranger.head("/")).status_code == 405
    assert not host.live


async def test_head_of_a_resource_is_refused_as_other_methods_are(client: httpx.AsyncClient) -> None:
    assert (await client.head("/v2/personas")).status_code == 405
