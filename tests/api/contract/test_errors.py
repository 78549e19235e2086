"""Every error has one format."""

import asyncio
import logging

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from engine.api.contract.errors import ErrorBoundary
from engine.api.contract.paging import LARGEST_LIMIT
from engine.api.dependencies import ApiDependencies
from engine.store.opening import Store
from tests.api.conftest import refusal
from tests.fakes.call_host import FakeCallHost

JSON = {"content-type": "application/json"}


async def test_unknown_paths_and_methods(client: httpx.AsyncClient) -> None:
    assert refusal(await client.get("/v2/spoons"), 404) == "There is nothing at /v2/spoons"
    assert refusal(await client.get("/a/b/c"), 404)
    assert refusal(await client.get("/v2/personas/p%2F..%2F..%2Fetc"), 404)
    assert refusal(await client.get("/docs.html"), 404)
    assert refusal(await client.put("/v2/personas", json={}), 405) == "PUT is not possible at /v2/personas"
    assert refusal(await client.put("/v2/personas/pb87e71797da"), 405)


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000, b"{'a': 1}", b"1e99999e", b"9" * 5000])
async def test_malformed_json(client: httpx.AsyncClient, body: bytes) -> None:
    assert refusal(await client.post("/v2/personas", content=body, headers=JSON), 400)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", "Expecting property name enclosed in double quotes at line 1, column 2"),
        (b'{\n  "a": "it\n"}', "Invalid control character at at line 2, column 11"),
        (b'{"a": "\xc3\xa9", b}', "at line 1, column 12"),
        (b"nothing", "the body is not valid JSON: Expecting value"),
        (b'{"persona_name": "Ren\xe9"}', "the body cannot be read as JSON in UTF-8"),
    ],
)
async def test_json_that_cannot_be_parsed_is_refused_with_the_place(
    client: httpx.AsyncClient, body: bytes, told: str
) -> None:
    assert refusal(await client.post("/v2/personas", content=body, headers=JSON), 400).endswith(told)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"persona_name": "\\ud800"}', "surrogates"),
        (b'{"persona_name": "a\\u0000b"}', "NUL"),
        (b'{"layers": {"llm": {"temperature": NaN}}}', "finite"),
        (b'{"layers": {"llm": {"temperature": 1e999}}}', "finite"),
        (b'{"layers":' + b'{"a":' * 200 + b"1" + b"}" * 201, "nesting"),
        (b"[]", "a JSON object is"),
        (b"null", "a JSON object is"),
        (b'"text"', "a JSON object is"),
        (b"", "body is required"),
    ],
)
async def test_json_that_cannot_be_kept_is_refused_with_the_reason(
    client: httpx.AsyncClient, body: bytes, told: str
) -> None:
    assert told in refusal(await client.post("/v2/personas", content=body, headers=JSON), 400)


async def test_a_wrong_value_is_named_with_its_field_and_what_is_accepted(client: httpx.AsyncClient) -> None:
    text = refusal(await client.post("/v2/personas", json={"pipeline_mode": "half"}), 400)
    assert text == "pipeline_mode: 'half' is not accepted; one of full, echo is"


async def test_a_secret_is_never_repeated_in_an_error(client: httpx.AsyncClient) -> None:
    body = {"system_prompt": "x", "layers": {"llm": {"model": "gpt-9", "api_key": "sk-very-secret"}}}
    assert "sk-very-secret" not in refusal(await client.post("/v2/personas", json=body), 400)


async def test_a_body_over_a_mebibyte_is_refused_announced_or_not(client: httpx.AsyncClient) -> None:
    large = b'{"system_prompt": "' + b"x" * (1 << 20) + b'"}'

    async def unannounced() -> object:
        for start in range(0, len(large), 65536):
            yield large[start : start + 65536]

    assert refusal(await client.post("/v2/personas", content=large, headers=JSON), 413)
    assert refusal(await client.post("/v2/personas", content=unannounced(), headers=JSON), 413)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_a_body_that_is_not_json_is_refused(client: httpx.AsyncClient, kind: str) -> None:
    response = await client.post("/v2/personas", content=b'{"system_prompt": "x"}', headers={"content-type": kind})
    assert "application/json" in refusal(response, 415)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/vnd.api+json", "APPLICATION/JSON"])
async def test_json_under_its_other_names_is_taken(client: httpx.AsyncClient, kind: str) -> None:
    response = await client.post("/v2/personas", content=b'{"system_prompt": "x"}', headers={"content-type": kind})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "page=0", "page=-1", "page=99999999999999999999", "sort=up", "persona_type=robot"]
)
async def test_a_wrong_query_is_refused(client: httpx.AsyncClient, query: str) -> None:
    name = query.partition("=")[0]
    assert refusal(await client.get(f"/v2/personas?{query}"), 400).startswith(f"{name}: ")


async def test_a_large_limit_is_cut_not_refused(client: httpx.AsyncClient, store: Store) -> None:
    for number in range(LARGEST_LIMIT):
        await store.personas.create(f"p{number}", {})
    answer = (await client.get("/v2/personas?limit=1000")).json()
    assert len(answer["data"]) == LARGEST_LIMIT
    assert answer["total_count"] > LARGEST_LIMIT
    assert len((await client.get("/v2/personas")).json()["data"]) == 10
    assert (await client.get("/v2/personas?page=999999999")).json()["data"] == []


async def test_what_nobody_expected_is_a_500_with_a_number_that_the_log_has(
    client: httpx.AsyncClient, host: FakeCallHost, caplog: pytest.LogCaptureFixture
) -> None:
    host.fails_with = ZeroDivisionError("deep inside")
    with caplog.at_level(logging.ERROR):
        response = await client.post("/v2/conversations?t=a-token", json={"persona_id": "pb87e71797da"})
    text = refusal(response, 500)
    assert "deep inside" not in text
    incident = text.split()[2].rstrip(":")
    assert incident in caplog.text
    assert "deep inside" in caplog.text
    assert "a-token" not in caplog.text
    assert client.headers["x-api-key"] not in caplog.text


async def test_a_database_that_fails_is_a_503(client: httpx.AsyncClient, dependencies: ApiDependencies) -> None:
    await dependencies.store.close()
    assert "database" in refusal(await client.get("/v2/personas"), 503)


async def test_a_request_that_the_end_of_the_appliance_cuts_off_is_told_so() -> None:
    asked = asyncio.Event()

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        asked.set()
        await asyncio.Event().wait()

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    serving = asyncio.create_task(ErrorBoundary(endless)({"type": "http", "method": "GET"}, receive, send))
    await asked.wait()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert sent[0]["status"] == 503
    assert (b"retry-after", b"5") in sent[0]["headers"]
    assert b"stopping" in sent[1]["body"]
