"""`/media/thumbnails/`: what stock replicas look like. No key: it is the same in every installation."""

from typing import Final

from fastapi import APIRouter, Request, Response

from engine.api.contract.errors import ApiError
from engine.api.contract.file_content import file_content
from engine.api.dependencies import ApiDependencies
from engine.api.replicas.gallery import Gallery, Kind
from engine.store.identifiers import IDENTIFIER
from engine.store.records import ReplicaRecord

HEADERS: Final = {
    "cache-control": "public, max-age=3600",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}
CONTENT_TYPES: Final[dict[Kind, str]] = {"mp4": "video/mp4", "jpg": "image/jpeg"}
FOLDER: Final = "thumbnails"
"""Below the home folder."""


def thumbnail_url(record: ReplicaRecord, base_url: str) -> str:
    """Return where the film of a replica is; empty for one that has none."""
    if record.replica_type == "system":
        return f"{base_url.rstrip('/')}/media/thumbnails/{record.replica_id}.mp4"
    return str(record.fields.get("thumbnail_video_url") or "")


def media_routes(dependencies: ApiDependencies) -> APIRouter:
    """Serve the thumbnails of stock replicas; one that nobody has asked for before is drawn first, which takes seconds."""
    router = APIRouter(tags=["Replicas"])
    replicas = dependencies.store.replicas
    gallery = Gallery(dependencies.shipped, dependencies.settings.home / FOLDER)

    async def served(replica_id: str, kind: Kind, request: Request) -> Response:
        record = await replicas.get(replica_id) if IDENTIFIER.fullmatch(replica_id) else None
        if record is None or record.replica_type != "system":
            raise ApiError(404, "There is no thumbnail of this replica")
        presenter, backdrop = str(record.fields.get("presenter", "")), str(record.fields.get("backdrop", ""))
        try:
            kept = await gallery.file(presenter, backdrop, kind)
        except OSError as error:
            raise ApiError(
                507, f"The thumbnail cannot be kept in the home folder: {error.strerror or error}"
            ) from error
        return file_content(
            request, kept.path, media_type=CONTENT_TYPES[kind], etag=f"{kept.digest}-{kind}", headers=HEADERS
        )

    @router.get("/media/thumbnails/{replica_id}.mp4", include_in_schema=False)
    async def thumbnail_film(replica_id: str, request: Request) -> Response:
        return await served(replica_id, "mp4", request)

    @router.get("/media/thumbnails/{replica_id}.jpg", include_in_schema=False)
    async def thumbnail_still(replica_id: str, request: Request) -> Response:
        return await served(replica_id, "jpg", request)

    return router
