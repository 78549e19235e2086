"""Documents made over the API, and set to a state as their processing would."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from engine.jobs.line import noted
from engine.store.opening import Store
from engine.store.records import ResourceRecord
from engine.store.timestamps import timestamp

PDF = "https://files.example/handbook.pdf"
SITE = "https://site.example/"
HOOK = "http://127.0.0.1:1/hook"
LIMITS = {"depth": 2, "max_pages": 20}


async def create(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    made = await client.post("/v2/documents", json={"document_url": PDF, **body})
    assert made.status_code == 200, made.text
    answer: dict[str, Any] = made.json()
    return answer


async def set_state(store: Store, document_id: str, status: str, **fields: Any) -> None:
    def edit(record: ResourceRecord) -> ResourceRecord:
        return replace(record, status=status, fields=noted({**record.fields, **fields}, recrawled_at=None))

    await store.documents.change(document_id, edit)


def ago(**span: float) -> str:
    return timestamp(datetime.now(UTC) - timedelta(**span))
