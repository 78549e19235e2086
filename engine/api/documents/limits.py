"""How much may be crawled: documents in all, crawls at once, and how often the same one."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database as Tables

from engine.api.contract.errors import ApiError
from engine.jobs.error_texts import ADMINISTRATOR
from engine.jobs.line import NOTES
from engine.jobs.processing import UNFINISHED
from engine.store.records import ResourceRecord

MOST_CRAWL_DOCUMENTS = 100
MOST_CRAWLS_AT_ONCE = 5
COOLDOWN = timedelta(hours=1)
RECRAWLABLE = ("ready", "error")
BUSY_RETRY_S = 60

_CRAWLED = "json_extract(fields, '$.crawl_config') IS NOT NULL"


def check_new_crawl(support_contact: str) -> Callable[[Tables], None]:
    """Return a check that raises ApiError 429 when one more crawl document is too much."""

    def check(tables: Tables) -> None:
        total = tables.execute(f"SELECT count(*) FROM documents WHERE {_CRAWLED}").fetchone()[0]  # noqa: S608
        if total >= MOST_CRAWL_DOCUMENTS:
            text = f"Crawl document limit reached ({MOST_CRAWL_DOCUMENTS}): delete one, or ask {support_contact or ADMINISTRATOR}"
            raise ApiError(429, text, {"retry-after": str(int(COOLDOWN.total_seconds()))})
        check_running_crawls(tables)

    return check


def check_running_crawls(tables: Tables) -> None:
    """Raise ApiError 429 when as many crawls as may run at once are unfinished."""
    marks = ", ".join("?" * len(UNFINISHED))
    query = f"SELECT count(*) FROM documents WHERE {_CRAWLED} AND status IN ({marks})"  # noqa: S608
    if tables.execute(query, list(UNFINISHED)).fetchone()[0] >= MOST_CRAWLS_AT_ONCE:
        text = f"Concurrent crawl limit reached ({MOST_CRAWLS_AT_ONCE}): wait until one of them is done"
        raise ApiError(429, text, {"retry-after": str(BUSY_RETRY_S)})


def check_recrawlable(document: ResourceRecord, *, limits_given: bool) -> None:
    """Raise ApiError when a document cannot be crawled again now: 400 without limits, 409 in another state, 429 too soon."""
    if not limits_given and not document.fields.get("crawl_config"):
        raise ApiError(400, "Document was created without a crawl configuration: give one as crawl")
    if document.status not in RECRAWLABLE:
        text = f"Document must be 'ready' or 'error' to be crawled again, current status: {document.status}"
        raise ApiError(409, text)
    latest = [document.fields.get("last_crawled_at"), document.fields.get(NOTES, {}).get("recrawled_at")]
    moments = [datetime.fromisoformat(moment) for moment in latest if moment]
    left = max(moments) + COOLDOWN - datetime.now(UTC) if moments else timedelta(0)
    if left > timedelta(0):
        seconds = math.ceil(left.total_seconds())
        text = f"Recrawl cooldown: wait {math.ceil(seconds / 60)} minutes before this document is crawled again"
        raise ApiError(429, text, {"retry-after": str(seconds)})
