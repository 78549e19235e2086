"""`/v2/documents`."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Response

from engine.api.contract.errors import found, not_found
from engine.api.contract.paging import ZeroPageWindow, counted_answer
from engine.api.contract.queries import Tags
from engine.api.dependencies import ApiDependencies
from engine.api.documents.answers import document_answer
from engine.api.documents.bodies import DocumentCreate, Recrawl, default_name, document_fields
from engine.api.documents.changes import read_change
from engine.api.documents.limits import check_new_crawl, check_recrawlable, check_running_crawls
from engine.api.guards.authentication import DOCUMENTED
from engine.jobs.line import noted
from engine.jobs.processing import document_callback
from engine.store.records import ResourceRecord
from engine.store.timestamps import utc_now
from engine.store.uploads import upload_of


def document_routes(dependencies: ApiDependencies) -> APIRouter:
    """Create, get, list, update, recrawl and delete documents."""
    router = APIRouter(prefix="/v2/documents", tags=["Documents"], dependencies=[DOCUMENTED])
    documents, uploads = dependencies.store.documents, dependencies.store.uploads
    support_contact = dependencies.settings.support_contact

    async def name_of(document_url: str) -> str:
        upload_id = upload_of(document_url, dependencies.base_url())
        upload = await uploads.get(upload_id) if upload_id else None
        return (upload.name if upload else "") or default_name(document_url)

    @router.post("")
    async def create_document(body: DocumentCreate) -> dict[str, Any]:
        """Create a document: it is read in the background; `callback_url` is told of each state and of progress."""
        fields = document_fields(body)
        name = body.document_name or await name_of(fields["document_url"])
        check = check_new_crawl(support_contact) if body.crawl else None
        record = await documents.create(name, fields, status="started", check=check)
        dependencies.wake_jobs()
        return document_answer(record)

    @router.get("")
    async def list_documents(
        window: ZeroPageWindow,
        status: Annotated[Literal["started", "processing", "ready", "error", "recrawling"] | None, Query()] = None,
        name_or_uuid: Annotated[
            str | None, Query(max_length=1000, description="A part of the name, or the whole id.")
        ] = None,
        tags: Tags = None,
    ) -> dict[str, Any]:
        """List documents."""
        page = await documents.page(window, status=status, name_or_id=name_or_uuid, tags=tags)
        return counted_answer(page, document_answer, window, first=0)

    @router.get("/{document_id}")
    async def get_document(document_id: str) -> dict[str, Any]:
        """Get a document."""
        return document_answer(found(await documents.get(document_id), not_found("Document")))

    @router.patch("/{document_id}")
    async def update_document(document_id: str, body: Annotated[Any, Body()]) -> Any:
        """Change name, tags or callback_url: by an object that carries them, or by a JSON Patch, which answers 304 when nothing changes."""
        changed = await documents.change(document_id, read_change(body))
        record, differs = found(changed, not_found("Document"))
        if not differs and isinstance(body, list):
            return Response(status_code=304)
        return document_answer(record)

    @router.post("/{document_id}/recrawl", status_code=202)
    async def recrawl_document(document_id: str, body: Recrawl | None = None) -> dict[str, Any]:
        """Crawl a website once more, in the background; what was read before stays until that is done."""
        limits = body.crawl.config if body and body.crawl else None
        becomes_crawl = False

        def edit(present: ResourceRecord) -> ResourceRecord:
            nonlocal becomes_crawl
            check_recrawlable(present, limits_given=limits is not None)
            becomes_crawl = not present.fields.get("crawl_config")
            fields = {**present.fields, "progress": None, "error_message": None}
            if becomes_crawl:
                fields |= {"crawl_config": limits, "crawl_count": 0}
            notes = {"crawl": None if becomes_crawl else limits, "recrawled_at": utc_now(), "error_type": None}
            return replace(present, status="recrawling", fields=noted(fields, **notes))

        def check(tables: Any) -> None:
            (check_new_crawl(support_contact) if becomes_crawl else check_running_crawls)(tables)

        changed = await documents.change(
            document_id, edit, callbacks=lambda record: [document_callback(record)], check=check
        )
        record, _ = found(changed, not_found("Document"))
        dependencies.wake_jobs()
        return document_answer(record)

    @router.delete("/{document_id}", status_code=204)
    async def delete_document(document_id: str) -> Response:
        """Delete a document and stop its processing."""
        found(await documents.delete(document_id), not_found("Document"))
        dependencies.wake_jobs()
        return Response(status_code=204)

    return router
