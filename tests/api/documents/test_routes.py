"""/v2/documents."""

import re
from typing import Any

import httpx
import pytest

from engine.api.dependencies import ApiDependencies
from engine.jobs.worker import Workers
from engine.store.opening import Store
from tests.api.conftest import BASE_URL, refusal
from tests.api.documents.stored import HOOK, LIMITS, PDF, SITE, create, set_state
from tests.api.working import working
from tests.jobs.workers import told, until_status


async def test_a_new_document_is_shown_whole(client: httpx.AsyncClient) -> None:
    made = await create(client, document_name="Handbook", tags=["a", "b"], callback_url=HOOK, of_tomorrow={"x": 1})
    assert re.fullmatch(r"d[0-9a-f]{11}", made["document_id"])
    assert made["created_at"] == made["updated_at"]
    assert {name: made[name] for name in made if name not in {"document_id", "uuid", "created_at", "updated_at"}} == {
        "document_name": "Handbook",
        "document_url": PDF,
        "status": "started",
        "progress": None,
        "error_message": None,
        "callback_url": HOOK,
        "tags": ["a", "b"],
        "crawl_config": None,
        "crawled_urls": None,
        "last_crawled_at": None,
        "crawl_count": None,
        "of_tomorrow": {"x": 1},
    }
    assert (await client.get(f"/v2/documents/{made['document_id']}")).json() == made


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (PDF, "handbook.pdf"),
        (SITE, "site.example"),
        ("https://site.example", "site.example"),
        ("https://site.example/a/b%20c/?q=1#d", "b c"),
        ("https://site.example/%ff%00", "�"),
    ],
)
async def test_the_default_name_is_made_of_the_url(client: httpx.AsyncClient, url: str, name: str) -> None:
    assert (await create(client, document_url=url))["document_name"] == name


async def test_a_document_of_an_upload_has_the_name_of_the_file(client: httpx.AsyncClient, store: Store) -> None:
    upload = await store.uploads.create("minutes.docx", {}, status="ready")
    made = await create(client, document_url=f"{BASE_URL}/v2/uploads/{upload.resource_id}/content")
    assert made["document_name"] == "minutes.docx"


async def test_a_crawl_has_its_configuration_and_no_pages_yet(client: httpx.AsyncClient) -> None:
    made = await create(client, document_url=SITE, crawl=LIMITS)
    assert (made["crawl_config"], made["crawl_count"]) == (LIMITS, 0)
    assert (made["crawled_urls"], made["last_crawled_at"]) == (None, None)
    assert "crawl" not in made


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "^Invalid request: document_url is required$"),
        ({"document_url": ""}, "^Invalid request: document_url is required$"),
        ({"document_url": "handbook.pdf"}, "document_url: 'handbook.pdf'"),
        ({"document_url": "file:///etc/passwd"}, "document_url: 'file:"),
        ({"document_url": PDF, "callback_url": "ftp://x.example"}, "callback_url"),
        ({"document_url": PDF, "document_name": ["x"]}, "document_name"),
        ({"document_url": PDF, "tags": "a"}, "tags: 'a'"),
        ({"document_url": PDF, "tags": [""]}, "tags.0"),
        ({"document_url": PDF, "tags": [1]}, "tags.0: 1"),
        ({"document_url": PDF, "crawl": True}, "crawl"),
        ({"document_url": PDF, "crawl": {"depth": 0}}, "crawl.depth: 0"),
        ({"document_url": PDF, "crawl": {"depth": 11}}, "crawl.depth: 11.*10"),
        ({"document_url": PDF, "crawl": {"max_pages": 101}}, "crawl.max_pages: 101.*100"),
        ({"document_url": PDF, "crawl": {"max_pages": True}}, "crawl.max_pages: True"),
    ],
)
async def test_what_is_wrong_is_named(client: httpx.AsyncClient, body: dict[str, Any], expected: str) -> None:
    text = refusal(await client.post("/v2/documents", json=body), 400)
    assert re.search(expected, text), text


async def test_what_is_decided_here_is_not_taken_from_a_body(client: httpx.AsyncClient) -> None:
    made = await create(client, status="ready", progress=99, crawl_config=LIMITS, crawl_count=7, _job={"attempts": 9})
    assert (made["status"], made["progress"], made["crawl_config"], made["crawl_count"]) == (
        "started",
        None,
        None,
        None,
    )
    assert "_job" not in made


async def test_processing_is_no_fake_success(dependencies: ApiDependencies, store: Store) -> None:
    async with working(dependencies, Workers()) as client:
        made = (await create(client, callback_url=HOOK))["document_id"]
        await until_status(store.documents.get, made, "error")
        got = (await client.get(f"/v2/documents/{made}")).json()
    assert "not built into this version" in got["error_message"]
    [payload] = await told(store, made)
    assert (payload["document_id"], payload["status"]) == (made, "error")
    assert payload["error_message"] == got["error_message"]


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("DELETE", ""), ("PATCH", ""), ("POST", "/recrawl")])
async def test_an_unknown_document(client: httpx.AsyncClient, method: str, path: str) -> None:
    for document_id in ("dnowhere", "D!", "d8-5c71baca86fc", "d" * 65):
        body = {"document_name": "x"} if method == "PATCH" else None
        response = await client.request(method, f"/v2/documents/{document_id}{path}", json=body)
        assert refusal(response, 404) == "Document not found"


async def test_documents_are_listed_from_page_zero_and_filtered(client: httpx.AsyncClient, store: Store) -> None:
    one = await create(client, document_name="Price list", tags=["a", "b"])
    two = await create(client, document_name="Handbook", tags=["a"])
    await set_state(store, two["document_id"], "ready")

    async def ids(**query: Any) -> list[str]:
        return [entry["document_id"] for entry in (await client.get("/v2/documents", params=query)).json()["data"]]

    everything = (await client.get("/v2/documents")).json()
    assert (everything["total_count"], everything["page"], everything["limit"]) == (2, 0, 10)
    second = (await client.get("/v2/documents?limit=1&page=1")).json()
    assert (second["page"], second["limit"], len(second["data"])) == (1, 1, 1)
    assert await ids(sort="ascending") == [one["document_id"], two["document_id"]]
    assert await ids() == [two["document_id"], one["document_id"]]
    assert await ids(status="ready") == [two["document_id"]]
    assert await ids(name_or_uuid="price") == [one["document_id"]]
    assert await ids(name_or_uuid=two["document_id"]) == [two["document_id"]]
    assert await ids(tags="a, b") == [one["document_id"]]
    assert await ids(tags="a") == [two["document_id"], one["document_id"]]
    assert "status" in refusal(await client.get("/v2/documents?status=done"), 400)


async def test_a_deleted_document_is_gone(client: httpx.AsyncClient) -> None:
    made = (await create(client))["document_id"]
    deleted = await client.delete(f"/v2/documents/{made}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert refusal(await client.get(f"/v2/documents/{made}"), 404) == "Document not found"
