import logging
import re

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.api.monitoring.request_ids import WELL_FORMED
from tests.api.conftest import refusal
from tests.fakes.call_host import FakeCallHost


async def test_each_request_gets_an_id_of_its_own(stranger: httpx.AsyncClient) -> None:
    ids = [(await stranger.get("/healthz")).headers["x-request-id"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"[0-9a-f]{16}", given) for given in ids)


@pytest.mark.parametrize("given", ["a", "req-1", "7c0e9a52-6a62-4a25-9cd8-6ffe1ba1f0a1", "A.b_c-9", "x" * 64])
async def test_a_well_formed_id_is_answered_as_it_is(stranger: httpx.AsyncClient, given: str) -> None:
    assert (await stranger.get("/healthz", headers={"x-request-id": given})).headers["x-request-id"] == given


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
async def test_any_other_is_replaced(stranger: httpx.AsyncClient, given: str) -> None:
    answered = (await stranger.get("/healthz", headers={"x-request-id": given})).headers["x-request-id"]
    assert WELL_FORMED.fullmatch(answered)
    assert (answered == given) is bool(WELL_FORMED.fullmatch(given))


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/v2/personas", {}, 401),
        ("GET", "/healthz", {"host": "evil.example"}, 403),
        ("GET", "/healthz", {"origin": "https://evil.example"}, 403),
        ("GET", "/no/such/thing", {}, 404),
        ("DELETE", "/healthz", {}, 405),
        ("GET", "/" + "x" * 10_000, {}, 414),
    ],
)
async def test_refusals_carry_it_too(
    stranger: httpx.AsyncClient, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    response = await stranger.request(method, path, headers={**headers, "x-request-id": "mine"})
    refusal(response, status)
    assert response.headers["x-request-id"] == "mine"


async def test_pages_of_other_origins_may_read_it(stranger: httpx.AsyncClient) -> None:
    response = await stranger.get("/healthz", headers={"origin": "http://localhost:5173"})
    assert "x-request-id" in response.headers["access-control-expose-headers"]


async def test_an_internal_error_names_it_and_the_log_has_it(
    client: httpx.AsyncClient, host: FakeCallHost, caplog: pytest.LogCaptureFixture
) -> None:
    host.fails_with = ZeroDivisionError("deep inside")
    with caplog.at_level(logging.ERROR):
        body = {"persona_id": "pb87e71797da"}
        response = await client.post("/v2/conversations", json=body, headers={"x-request-id": "mine"})
    assert "mine" in refusal(response, 500)
    assert response.headers["x-request-id"] == "mine"
    assert "internal error mine at POST /v2/conversations" in caplog.text
