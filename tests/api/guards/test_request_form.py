"""Requests that two readers could understand differently."""

from dataclasses import replace

import httpx
import pytest

from engine.api.dependencies import ApiDependencies
from engine.api.guards.request_form import LARGEST_HEADERS, LONGEST_TARGET
from engine.errors import InvalidInputError
from engine.settings import Settings
from tests.api.conftest import client_of, refusal


@pytest.mark.parametrize("url", ["/v2/personas/%00", "/v2/personas?name=%00", "/v2/personas?na%00me=a", "/a%00b"])
async def test_nul_has_no_place_in_a_url(client: httpx.AsyncClient, url: str) -> None:
    assert "NUL" in refusal(await client.get(url), 400)


async def test_urls_and_headers_have_a_size(client: httpx.AsyncClient) -> None:
    assert str(LONGEST_TARGET) in refusal(await client.get("/v2/personas?name=" + "x" * LONGEST_TARGET), 414)
    assert str(LONGEST_TARGET) in refusal(await client.get("/v2/" + "x" * LONGEST_TARGET), 414)
    assert str(LARGEST_HEADERS) in refusal(await client.get("/healthz", headers={"x-a": "x" * LARGEST_HEADERS}), 431)


@pytest.mark.parametrize("twice", ["host", "content-type", "x-api-key"])
async def test_what_decides_is_said_once(client: httpx.AsyncClient, twice: str) -> None:
    headers = [(twice.encode(), b"127.0.0.1"), (twice.encode(), b"evil.example")]
    response = await client.request("GET", "/healthz", headers=headers)
    assert "once" in refusal(response, 400)


def test_who_may_embed_a_room_is_a_list_of_origins() -> None:
    for accepted in ("*", "'self'", "'none'", "'self' https://a.example:8443 http://[::1]:3000 https://*.b.example"):
        assert Settings(frame_ancestors=accepted).frame_ancestors == accepted
    for refused in ("", " ", "*; script-src *", "a, b", "a\r\nb", "a  b", "<a>"):
        with pytest.raises(InvalidInputError, match="frame_ancestors"):
            Settings(frame_ancestors=refused)


async def test_room_pages_name_who_may_embed_them(dependencies: ApiDependencies) -> None:
    for wanted in ("*", "https://app.example"):
        settings = dependencies.settings.changed(frame_ancestors=wanted)
        async with client_of(replace(dependencies, settings=settings)) as client:
            policy = (await client.get("/c123456", headers={"accept": "text/html"})).headers["content-security-policy"]
        assert policy.endswith(f"frame-ancestors {wanted}")
