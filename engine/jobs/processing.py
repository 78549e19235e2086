"""Processings: documents that are new (`started`), half read (`processing`), or to be crawled once more (`recrawling`)."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.jobs.error_texts import DocumentError
from engine.jobs.line import NOTES, Failure, attempts_in, noted
from engine.jobs.worker import CrawlLimits, ProcessedDocument, Processing, Worker
from engine.store.opening import Store
from engine.store.outbox import Callback
from engine.store.records import ResourceRecord
from engine.store.resources import Edit
from engine.store.timestamps import utc_now

UNFINISHED = ("started", "processing", "recrawling")
TOLD_EVERY = 25
"""Percent of progress between two callbacks."""


def document_callback(record: ResourceRecord) -> Callback:
    """Return what `callback_url` is told of a document, at each state and now and then between them."""
    payload = {
        "document_id": record.resource_id,
        "document_name": record.name,
        "document_url": record.fields["document_url"],
        "status": record.status,
        "progress": record.fields.get("progress"),
        "error_message": record.fields.get("error_message"),
        "updated_at": record.updated_at,
    }
    return Callback(record.fields.get("callback_url") or "", payload)


class ProcessingLine:
    """Satisfies `engine.jobs.line.Line`."""

    name = "processing"
    unexpected = DocumentError.CONTACT_SUPPORT
    not_built = (
        "Document processing is not built into this version: put what the replica is to know into the persona's context"
    )

    def __init__(self, store: Store, worker: Worker[Processing, ProcessedDocument] | None) -> None:
        self._documents = store.documents
        self.worker = worker

    async def next(self) -> Processing | None:
        """Return the oldest document that is not read, or not read again, yet."""
        waiting = await self._documents.in_status(*UNFINISHED)
        return Processing(waiting[0], _limits(waiting[0])) if waiting else None

    async def begin(self, job: Processing) -> None:
        """Show the document as `processing` (one that is crawled again stays `recrawling`) and count the attempt."""

        def edit(record: ResourceRecord) -> ResourceRecord:
            fields = noted({**record.fields, "progress": 0}, attempts=attempts_in(record.fields) + 1)
            status = "recrawling" if record.status == "recrawling" else "processing"
            return replace(record, status=status, fields=fields)

        await self._change(job, edit, _tell if job.document.status == "started" else None)

    async def exists(self, job: Processing) -> bool:
        """Whether the document was not deleted."""
        return await self._documents.get(job.document.resource_id) is not None

    async def progress(self, job: Processing, percent: int) -> None:
        """Write `progress`."""
        before = 0

        def edit(record: ResourceRecord) -> ResourceRecord:
            nonlocal before
            before = record.fields.get("progress") or 0
            return replace(record, fields={**record.fields, "progress": percent})

        def now_and_then(record: ResourceRecord) -> Sequence[Callback]:
            return _tell(record) if percent // TOLD_EVERY > before // TOLD_EVERY else ()

        await self._change(job, edit, now_and_then)

    async def finish(self, job: Processing, outcome: ProcessedDocument) -> None:
        """Show the document as `ready`, with the pages that were crawled."""

        def edit(record: ResourceRecord) -> ResourceRecord:
            fields = {**record.fields, "progress": None, "error_message": None}
            if outcome.crawled_urls is not None:
                fields |= {
                    "crawled_urls": list(outcome.crawled_urls),
                    "last_crawled_at": utc_now(),
                    "crawl_count": (record.fields.get("crawl_count") or 0) + 1,
                }
            return replace(record, status="ready", fields=noted(fields, attempts=None, crawl=None, error_type=None))

        await self._change(job, edit, _tell)

    async def fail(self, job: Processing, failure: Failure) -> None:
        """End the document in `error`."""

        def edit(record: ResourceRecord) -> ResourceRecord:
            fields = {**record.fields, "progress": None, "error_message": failure.message}
            kept = noted(fields, attempts=None, crawl=None, error_type=failure.error_type)
            return replace(record, status="error", fields=kept)

        await self._change(job, edit, _tell)

    async def release(self, job: Processing) -> None:
        """Take the attempt back."""

        def edit(record: ResourceRecord) -> ResourceRecord:
            return replace(record, fields=noted(record.fields, attempts=attempts_in(job.document.fields) or None))

        await self._change(job, edit)

    def attempts(self, job: Processing) -> int:
        """Return the attempts before this one."""
        return attempts_in(job.document.fields)

    async def _change(
        self, job: Processing, edit: Edit, callbacks: Callable[[ResourceRecord], Sequence[Callback]] | None = None
    ) -> None:
        def edit_unfinished(record: ResourceRecord) -> ResourceRecord:
            return edit(record) if record.status in UNFINISHED else record

        await self._documents.change(job.document.resource_id, edit_unfinished, callbacks=callbacks)


def _tell(record: ResourceRecord) -> Sequence[Callback]:
    return [document_callback(record)]


def _limits(document: ResourceRecord) -> CrawlLimits | None:
    # A recrawl may have limits of its own, for this once.
    config = document.fields.get(NOTES, {}).get("crawl") or document.fields.get("crawl_config")
    return CrawlLimits(config["depth"], config["max_pages"]) if config else None
