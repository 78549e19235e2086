"""Documents from `started` over `processing` to `ready` or `error`, and back from `recrawling`."""

from dataclasses import replace
from typing import Any

import pytest

from engine.jobs.error_texts import DocumentError
from engine.jobs.worker import CrawlLimits, JobFailedError, ProcessedDocument, Workers
from engine.store.opening import Store
from engine.store.records import ResourceRecord
from tests.jobs.workers import HOOK, GatedWorker, running, told, until_status

PAGES = ("https://site.example/", "https://site.example/about")


async def _queue(store: Store, crawl: dict[str, int] | None = None, **fields: Any) -> ResourceRecord:
    given = {
        "document_url": "https://site.example/",
        "callback_url": HOOK,
        "tags": ["a"],
        "crawl_config": crawl,
        "crawl_count": 0 if crawl else None,
        "progress": None,
        "error_message": None,
        **fields,
    }
    return await store.documents.create("Site", given, status="started")


async def test_a_document_is_processed_and_ready(store: Store) -> None:
    made = await _queue(store)
    worker = GatedWorker(ProcessedDocument(), is_open=False)
    async with running(store, Workers(processing=worker)):
        await worker.waiting.wait()
        half = await store.documents.get(made.resource_id)
        assert half is not None
        assert (half.status, half.fields["progress"]) == ("processing", 37)
        worker.gate.set()
        done = await until_status(store.documents.get, made.resource_id, "ready")
    assert done.fields == made.fields
    [job] = worker.begun
    assert job.crawl is None


async def test_each_state_and_each_quarter_is_told_in_order(store: Store) -> None:
    made = await _queue(store)
    worker = GatedWorker(ProcessedDocument(), percents=(10, 20, 30, 60, 61))
    async with running(store, Workers(processing=worker)):
        await until_status(store.documents.get, made.resource_id, "ready")
    payloads = await told(store, made.resource_id)
    assert [(payload["status"], payload["progress"]) for payload in payloads] == [
        ("processing", 0),
        ("processing", 30),
        ("processing", 60),
        ("ready", None),
    ]
    assert set(payloads[0]) == {
        "document_id",
        "document_name",
        "document_url",
        "status",
        "progress",
        "error_message",
        "updated_at",
    }


async def test_a_crawl_notes_its_pages_and_that_it_was_one(store: Store) -> None:
    made = await _queue(store, {"depth": 2, "max_pages": 20})
    worker = GatedWorker(ProcessedDocument(PAGES))
    async with running(store, Workers(processing=worker)):
        done = await until_status(store.documents.get, made.resource_id, "ready")
    assert done.fields["crawled_urls"] == list(PAGES)
    assert done.fields["crawl_count"] == 1
    assert done.fields["last_crawled_at"] >= made.created_at
    assert worker.begun[0].crawl == CrawlLimits(2, 20)


async def test_a_recrawl_replaces_the_pages_once_it_is_done(store: Store) -> None:
    made = await _queue(store, {"depth": 2, "max_pages": 20}, crawled_urls=["https://site.example/old"], crawl_count=1)
    await store.documents.change(made.resource_id, lambda record: replace(record, status="recrawling"))
    worker = GatedWorker(ProcessedDocument(PAGES), is_open=False)
    async with running(store, Workers(processing=worker)):
        await worker.waiting.wait()
        half = await store.documents.get(made.resource_id)
        assert half is not None
        assert (half.status, half.fields["progress"]) == ("recrawling", 37)
        assert half.fields["crawled_urls"] == ["https://site.example/old"]
        worker.gate.set()
        done = await until_status(store.documents.get, made.resource_id, "ready")
    assert (done.fields["crawled_urls"], done.fields["crawl_count"]) == (list(PAGES), 2)


@pytest.mark.parametrize("error", list(DocumentError))
async def test_a_known_failure_is_told_by_its_code(store: Store, error: DocumentError) -> None:
    made = await _queue(store)
    async with running(store, Workers(processing=GatedWorker[ProcessedDocument](JobFailedError(error)))):
        failed = await until_status(store.documents.get, made.resource_id, "error")
    assert failed.fields["error_message"].startswith(f"{error.error_type}: ")
    assert failed.fields["progress"] is None
    last = (await told(store, made.resource_id))[-1]
    assert (last["status"], last["error_message"]) == ("error", failed.fields["error_message"])


async def test_without_a_worker_a_document_ends_at_once_and_says_why(store: Store) -> None:
    made = await _queue(store)
    async with running(store, Workers()):
        failed = await until_status(store.documents.get, made.resource_id, "error")
    assert failed.fields["error_message"].startswith("Document processing is not built into this version: ")
    assert [payload["status"] for payload in await told(store, made.resource_id)] == ["error"]


async def test_a_rename_while_it_is_processed_stays(store: Store) -> None:
    made = await _queue(store)
    worker = GatedWorker(ProcessedDocument(), is_open=False)
    async with running(store, Workers(processing=worker)):
        await worker.waiting.wait()
        await store.documents.change(made.resource_id, lambda record: replace(record, name="Renamed"))
        worker.gate.set()
        done = await until_status(store.documents.get, made.resource_id, "ready")
    assert done.name == "Renamed"


async def test_a_deleted_document_is_not_processed_to_its_end(store: Store) -> None:
    made = await _queue(store)
    worker = GatedWorker(ProcessedDocument(), is_open=False)
    async with running(store, Workers(processing=worker)) as runner:
        await worker.waiting.wait()
        await store.documents.delete(made.resource_id)
        runner.wake()
        await worker.cancelled.wait()
    assert await store.documents.get(made.resource_id) is None
    assert {payload["status"] for payload in await told(store, made.resource_id)} == {"processing"}
