"""How a document is shown."""

from typing import Any

from pydantic import Field

from engine.api.contract.model import AnswerModel
from engine.api.documents.bodies import Crawl
from engine.jobs.line import public
from engine.store.records import ResourceRecord
from engine.store.sealing import masked


class DocumentAnswer(AnswerModel):
    """A document."""

    document_id: str
    document_name: str | None
    document_url: str
    status: str = Field(description="`started`, `processing`, `ready`, `error` or `recrawling`.")
    progress: int | None = Field(None, description="Percent, while it is processed.")
    error_message: str | None = None
    callback_url: str | None = None
    tags: list[str]
    crawl_config: Crawl | None = None
    crawled_urls: list[str] | None = None
    last_crawled_at: str | None = None
    crawl_count: int | None = None
    created_at: str
    updated_at: str


def document_answer(record: ResourceRecord) -> dict[str, Any]:
    """Show a document, secrets in its unknown fields masked."""
    return masked(whole_document(record))


def whole_document(record: ResourceRecord) -> dict[str, Any]:
    """Return a document as it is shown, with its secrets: what a change is applied to."""
    return {
        **public(record.fields),
        "document_id": record.resource_id,
        "uuid": record.resource_id,
        "document_name": record.name,
        "status": record.status,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }
