"""How much may be crawled, and how often."""

from dataclasses import replace

import httpx
import pytest

from engine.api.dependencies import ApiDependencies
from engine.jobs.worker import ProcessedDocument, Workers
from engine.store.opening import Store
from tests.api.conftest import refusal
from tests.api.documents.stored import HOOK, LIMITS, SITE, ago, create, set_state
from tests.api.working import working
from tests.jobs.workers import GatedWorker, told, until_status


async def test_a_hundred_crawl_documents_are_the_most(client: httpx.AsyncClient, store: Store) -> None:
    for number in range(100):
        await store.documents.create(f"{number}", {"document_url": SITE, "crawl_config": LIMITS}, status="ready")
    response = await client.post("/v2/documents", json={"document_url": SITE, "crawl": LIMITS})
    assert "(100)" in refusal(response, 429)
    assert int(response.headers["retry-after"]) > 0
    await create(client)
    assert (await client.get("/v2/documents")).json()["total_count"] == 101


async def test_five_crawls_at_once_are_the_most(client: httpx.AsyncClient, store: Store) -> None:
    for _ in range(5):
        last = await create(client, document_url=SITE, crawl=LIMITS)
    response = await client.post("/v2/documents", json={"document_url": SITE, "crawl": LIMITS})
    assert "(5)" in refusal(response, 429)
    await set_state(store, last["document_id"], "ready")
    await create(client, document_url=SITE, crawl=LIMITS)


async def test_a_recrawl_starts_and_tells_it(client: httpx.AsyncClient, store: Store) -> None:
    made = (await create(client, document_url=SITE, crawl=LIMITS, callback_url=HOOK))["document_id"]
    await set_state(store, made, "ready", last_crawled_at=ago(hours=2), crawl_count=1, crawled_urls=[SITE])
    response = await client.post(f"/v2/documents/{made}/recrawl")
    assert response.status_code == 202
    got = response.json()
    assert (got["status"], got["crawl_count"], got["crawled_urls"]) == ("recrawling", 1, [SITE])
    assert [payload["status"] for payload in await told(store, made)] == ["recrawling"]


async def test_limits_of_a_recrawl_hold_for_this_once(dependencies: ApiDependencies, store: Store) -> None:
    worker = GatedWorker(ProcessedDocument((SITE,)))
    async with working(dependencies, Workers(processing=worker)) as client:
        made = (await create(client, document_url=SITE, crawl=LIMITS))["document_id"]
        await until_status(store.documents.get, made, "ready")
        await set_state(store, made, "ready", last_crawled_at=ago(hours=2))
        body = {"crawl": {"depth": 1, "max_pages": 3}}
        assert (await client.post(f"/v2/documents/{made}/recrawl", json=body)).status_code == 202
        await until_status(store.documents.get, made, "ready")
        got = (await client.get(f"/v2/documents/{made}")).json()
    assert [(job.crawl.depth, job.crawl.max_pages) for job in worker.begun] == [(2, 20), (1, 3)]
    assert (got["crawl_config"], got["crawl_count"]) == (LIMITS, 2)


async def test_a_document_without_crawl_becomes_one_by_the_limits_of_its_recrawl(
    client: httpx.AsyncClient, store: Store
) -> None:
    made = (await create(client, document_url=SITE))["document_id"]
    await set_state(store, made, "ready")
    path = f"/v2/documents/{made}/recrawl"
    assert "crawl configuration" in refusal(await client.post(path), 400)
    assert "crawl configuration" in refusal(await client.post(path, json={}), 400)
    got = (await client.post(path, json={"crawl": LIMITS})).json()
    assert (got["status"], got["crawl_config"], got["crawl_count"]) == ("recrawling", LIMITS, 0)


@pytest.mark.parametrize("status", ["started", "processing", "recrawling"])
async def test_what_is_not_finished_is_not_crawled_again(client: httpx.AsyncClient, store: Store, status: str) -> None:
    made = (await create(client, document_url=SITE, crawl=LIMITS))["document_id"]
    await set_state(store, made, status)
    text = refusal(await client.post(f"/v2/documents/{made}/recrawl"), 409)
    assert text.endswith(f"current status: {status}")


async def test_an_hour_passes_between_crawls(client: httpx.AsyncClient, store: Store) -> None:
    made = (await create(client, document_url=SITE, crawl=LIMITS))["document_id"]
    await set_state(store, made, "ready", last_crawled_at=ago(minutes=15.5))
    path = f"/v2/documents/{made}/recrawl"
    response = await client.post(path)
    assert "wait 45 minutes" in refusal(response, 429)
    assert 44 * 60 < int(response.headers["retry-after"]) <= 45 * 60
    await set_state(store, made, "ready", last_crawled_at=ago(minutes=60.1))
    assert (await client.post(path)).status_code == 202


async def test_a_crawl_that_never_worked_may_be_tried_again_at_once_but_only_once_an_hour(
    client: httpx.AsyncClient, store: Store
) -> None:
    made = (await create(client, document_url=SITE, crawl=LIMITS))["document_id"]
    await set_state(store, made, "error")
    assert (await client.post(f"/v2/documents/{made}/recrawl")).status_code == 202
    await store.documents.change(made, lambda record: replace(record, status="error"))
    assert "wait 60 minutes" in refusal(await client.post(f"/v2/documents/{made}/recrawl"), 429)


async def test_a_sixth_recrawl_at_once_waits(client: httpx.AsyncClient, store: Store) -> None:
    idle = (await create(client, document_url=SITE, crawl=LIMITS))["document_id"]
    await set_state(store, idle, "ready")
    for _ in range(5):
        await create(client, document_url=SITE, crawl=LIMITS)
    assert "(5)" in refusal(await client.post(f"/v2/documents/{idle}/recrawl"), 429)
    assert (await client.get(f"/v2/documents/{idle}")).json()["status"] == "ready"
