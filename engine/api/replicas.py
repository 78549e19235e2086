"""`/v2/replicas`."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from engine.api.authentication import DOCUMENTED
from engine.api.contract_model import ContractModel
from engine.api.dependencies import ApiDependencies
from engine.api.errors import ApiError, invalid_id
from engine.api.names import both_names
from engine.api.paging import PageWindow, list_answer
from engine.errors import InvalidInputError
from engine.network import check_url
from engine.store.identifiers import IDENTIFIER
from engine.store.records import ReplicaRecord

TRAINING_NOT_BUILT = "Replica training is not built into this version: use one of the stock replicas"

URL_FIELDS = ("train_video_url", "consent_video_url", "train_image_url", "callback_url")


class ReplicaCreate(ContractModel):
    """The body of a new replica."""

    replica_name: Annotated[str, Field(max_length=1000)] | None = None
    train_video_url: str | None = None
    consent_video_url: str | None = None
    train_image_url: str | None = None
    voice_name: str | None = None
    auto_fix_training_image: bool | None = None
    callback_url: str | None = None
    model_name: Literal["phoenix-2", "phoenix-3", "phoenix-4"] | None = None
    properties: dict[str, Any] | None = None


def replica_routes(dependencies: ApiDependencies) -> APIRouter:
    """Create, get and list replicas."""
    router = APIRouter(prefix="/v2/replicas", tags=["Replicas"], dependencies=[DOCUMENTED])
    replicas = dependencies.store.replicas

    @router.post("")
    async def create_replica(body: ReplicaCreate) -> dict[str, Any]:
        """Create a replica: the request is checked and kept, and ends in status `error`, for training is not built yet."""
        fields = _fields(body)
        callback_url = fields.pop("callback_url", "")
        name = fields.pop("replica_name", "") or "New Replica"
        record = await replicas.create_failed(name, fields, TRAINING_NOT_BUILT, callback_url)
        return both_names(
            {"replica_id": record.replica_id, "status": record.status, "error_message": record.error_message}
        )

    @router.get("")
    async def list_replicas(
        window: PageWindow,
        replica_type: Annotated[Literal["user", "system"] | None, Query()] = None,
        replica_ids: Annotated[str | None, Query(max_length=6500, description="Ids, separated by commas.")] = None,
        status: Annotated[Literal["started", "completed", "error"] | None, Query()] = None,
        name: Annotated[str | None, Query(max_length=1000, description="A part of the name.")] = None,
        verbose: bool = False,
    ) -> dict[str, Any]:
        """List replicas, stock ones too."""
        ids = [part.strip() for part in replica_ids.split(",")] if replica_ids else None
        page = await replicas.page(window, replica_type=replica_type, replica_ids=ids, status=status, name=name)
        return list_answer(page, lambda record: replica_answer(record, verbose))

    @router.get("/{replica_id}")
    async def get_replica(replica_id: str, verbose: bool = False) -> dict[str, Any]:
        """Get a replica."""
        record = await replicas.get(replica_id) if IDENTIFIER.fullmatch(replica_id) else None
        if record is None:
            raise invalid_id("replica_id")
        return replica_answer(record, verbose)

    return router


def replica_answer(record: ReplicaRecord, verbose: bool) -> dict[str, Any]:
    """Show a replica; `verbose` adds its type."""
    answer = {
        "replica_id": record.replica_id,
        "replica_name": record.replica_name,
        "thumbnail_video_url": record.fields.get("thumbnail_video_url") or "",
        "training_progress": record.training_progress,
        "status": record.status,
        "error_message": record.error_message,
        "model_name": record.fields.get("model_name", "phoenix-3"),
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }
    if verbose:
        answer["replica_type"] = record.replica_type
    return both_names(answer)


def _fields(body: ReplicaCreate) -> dict[str, Any]:
    given = body.given
    for field in URL_FIELDS:
        if given.get(field):
            check_url(field, given[field])
    video, image = given.get("train_video_url"), given.get("train_image_url")
    if not video and not image:
        raise ApiError(400, "Either train_video_url or train_image_url must be provided.")
    if video and image:
        raise InvalidInputError("train_image_url", image, "either it or train_video_url is, not both")
    if image and not given.get("voice_name"):
        raise ApiError(400, "voice_name is required with train_image_url")
    return given
