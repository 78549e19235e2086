"""Upload, list, get, read and delete files."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.api.contract.errors import found, not_found
from engine.api.contract.file_content import file_content
from engine.api.contract.paging import PageWindow, list_answer
from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import DOCUMENTED
from engine.api.uploads.answers import upload_answer
from engine.api.uploads.client_words import LONGEST_NAME
from engine.api.uploads.reception import Reception
from engine.store.errors import StoreError
from engine.store.records import ResourceRecord
from engine.store.uploads import UploadFolder
from models.durable import discard

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A form with the field `file`, or the bytes of the file under their own Content-Type.",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary", "description": "The file."}},
                }
            },
            "application/octet-stream": _BINARY,
            "video/mp4": _BINARY,
            "application/pdf": _BINARY,
        },
    }
}


def upload_routes(dependencies: ApiDependencies) -> APIRouter:
    """Upload, get, list and delete files."""
    router = APIRouter(prefix="/v2/uploads", tags=["Uploads"], dependencies=[DOCUMENTED])
    uploads = dependencies.store.uploads
    folder = UploadFolder(dependencies.store.home)
    reception = Reception(folder, dependencies.settings.largest_upload_mb << 20)

    def shown(record: ResourceRecord) -> dict[str, Any]:
        return upload_answer(record, dependencies.base_url())

    async def known(upload_id: str) -> ResourceRecord:
        return found(await uploads.get(upload_id), not_found("Upload"))

    @router.post(
        "",
        openapi_extra=_BODY,
    )
    async def upload_file(
        request: Request,
        filename: Annotated[
            str | None, Query(max_length=LONGEST_NAME, description="The file's name, for bodies that are no form.")
        ] = None,
    ) -> Any:
        """Store a file. Its `url` may be given wherever a URL is asked for; nothing is fetched over the network then."""
        async with folder.incoming(reception.most_bytes) as upload:
            received = await reception.receive(request, upload, filename or "")
            if received is None:
                # The client went away; nobody reads this.
                return Response(status_code=400)
            try:
                return shown(await uploads.create(received.name, received.fields, status="ready"))
            except StoreError:
                discard(received.stored.path)
                raise

    @router.get("")
    async def list_uploads(window: PageWindow) -> dict[str, Any]:
        """List uploads."""
        return list_answer(await uploads.page(window), shown)

    @router.get("/{upload_id}")
    async def get_upload(upload_id: str) -> dict[str, Any]:
        """Get what is known of an upload."""
        return shown(await known(upload_id))

    @router.delete("/{upload_id}", status_code=204)
    async def delete_upload(upload_id: str) -> Response:
        """Remove a file; what was made of it before stays."""
        await known(upload_id)
        gone = await uploads.delete(upload_id)
        if gone is not None:
            # To free the blocks of a large file takes the disk a while.
            await run_in_threadpool(discard, folder.path(gone))
        return Response(status_code=204)

    @router.head("/{upload_id}/content", include_in_schema=False)
    @router.get("/{upload_id}/content", response_class=Response)
    async def read_upload(upload_id: str, request: Request) -> Response:
        """Read a file, whole or in byte ranges; always as an attachment."""
        record = await known(upload_id)
        return file_content(
            request,
            folder.path(record),
            media_type=str(record.fields["content_type"]),
            file_name=record.name or record.resource_id,
            etag=str(record.fields["sha256"]),
        )

    return router
