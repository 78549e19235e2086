"""What a request about documents may carry."""

from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import Field

from engine.api.contract.errors import ApiError
from engine.api.contract.model import ContractModel, Whole
from engine.jobs.line import NOTES
from engine.network import check_url

MOST_TAGS = 100
STATUSES = ("started", "processing", "ready", "error", "recrawling")
READ_ONLY = frozenset(
    {
        "document_id",
        "uuid",
        "status",
        "progress",
        "error_message",
        "error_type",
        "crawl_config",
        "crawled_urls",
        "last_crawled_at",
        "crawl_count",
        "created_at",
        "updated_at",
        NOTES,
    }
)
"""Fields of an answer that no request sets: given, they are passed over."""

DocumentName = Annotated[str, Field(min_length=1, max_length=1000, description="By default made of the URL.")]
Tags = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]],
    Field(max_length=MOST_TAGS, description="Words under which conversations find the document."),
]


class Crawl(ContractModel):
    """How far a website is followed from its first page."""

    depth: Annotated[Whole, Field(ge=1, le=10, description="Links away from the first page.")] = 1
    max_pages: Annotated[Whole, Field(ge=1, le=100, description="Pages at most.")] = 10

    @property
    def config(self) -> dict[str, Any]:
        """What is kept and shown as `crawl_config`."""
        return {"depth": self.depth, "max_pages": self.max_pages}


class DocumentCreate(ContractModel):
    """The body of a new document."""

    document_url: str | None = Field(None, description="A file or a website; required.")
    document_name: DocumentName | None = None
    callback_url: str | None = Field(None, description="Told of each state and of progress.")
    tags: Tags | None = None
    crawl: Crawl | None = Field(None, description="Follow the links of a website; without it one page is read.")


class DocumentChange(ContractModel):
    """What may be changed of a document."""

    document_name: DocumentName | None = None
    tags: Tags | None = None
    callback_url: str | None = None


class Recrawl(ContractModel):
    """The body of a recrawl; it may be left out."""

    crawl: Crawl | None = Field(None, description="For this once; by default the document's own configuration.")


def document_fields(body: DocumentCreate) -> dict[str, Any]:
    """Return what is kept of a checked body, the name aside. Raises ApiError, InvalidInputError."""
    given = body.given
    url = given.get("document_url")
    if not url:
        raise ApiError(400, "Invalid request: document_url is required")
    check_url("document_url", url)
    if given.get("callback_url"):
        check_url("callback_url", given["callback_url"])
    kept = {name: value for name, value in given.items() if name not in READ_ONLY | {"document_name", "crawl"}}
    return {
        "callback_url": "",
        "tags": [],
        **kept,
        "progress": None,
        "error_message": None,
        "crawl_config": body.crawl.config if body.crawl else None,
        "crawled_urls": None,
        "last_crawled_at": None,
        "crawl_count": 0 if body.crawl else None,
    }


def default_name(document_url: str) -> str:
    """Return the last part of the URL's path, or its host."""
    parts = urlsplit(document_url)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2], errors="replace").replace("\0", "")
    return (last.strip() or parts.hostname or document_url)[:1000]
