"""`/v2/replicas`."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from engine.api.contract.errors import ApiError, found, invalid_id, is_stock
from engine.api.contract.names import both_names
from engine.api.contract.paging import PageWindow, list_answer
from engine.api.contract.queries import NamePart, Origin, Verbose
from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import DOCUMENTED, calling_key
from engine.api.replicas.answers import replica_answer
from engine.api.replicas.bodies import ReplicaCreate, ReplicaRename, declared_consent, replica_fields
from engine.api.replicas.voices import ReplicaVoices
from engine.store.records import ReplicaRecord
from engine.store.replicas import ReplicaInUseError

IN_BOTH_FORMS = {"ready": "completed"}
"""The state of a trained replica as callbacks name it."""


def replica_routes(dependencies: ApiDependencies) -> APIRouter:
    """Create, get, list, rename and delete replicas."""
    router = APIRouter(prefix="/v2/replicas", tags=["Replicas"], dependencies=[DOCUMENTED])
    replicas = dependencies.store.replicas

    def voices() -> ReplicaVoices:
        return ReplicaVoices(dependencies.settings.home, dependencies.settings.language, dependencies.settings.voice)

    @router.post("")
    async def create_replica(body: ReplicaCreate) -> dict[str, Any]:
        """Create a replica: its training is queued; `callback_url` is told of the end."""
        settings = dependencies.settings
        fields = replica_fields(body, relaxed_checks_allowed=settings.allow_relaxed_checks)
        required = settings.require_consent == "always"
        fields["consent"] = declared_consent(fields, declared_by=calling_key(), required=required)
        record = await replicas.create(body.replica_name or "New Replica", fields)
        dependencies.wake_jobs()
        return both_names({"replica_id": record.replica_id, "status": record.status})

    @router.get("")
    async def list_replicas(
        window: PageWindow,
        replica_type: Origin = None,
        replica_ids: Annotated[str | None, Query(max_length=6500, description="Ids, separated by commas.")] = None,
        model_name: Annotated[str | None, Query(max_length=64, description="Such as phoenix-3.")] = None,
        status: Annotated[Literal["started", "completed", "ready", "error"] | None, Query()] = None,
        name: NamePart = None,
        verbose: Verbose = False,
    ) -> dict[str, Any]:
        """List replicas, stock ones too."""
        page = await replicas.page(
            window,
            replica_type=replica_type,
            replica_ids=[part.strip() for part in replica_ids.split(",")] if replica_ids else None,
            model_name=model_name,
            status=IN_BOTH_FORMS.get(status, status) if status else None,
            name=name,
        )
        speaking, base_url = voices(), dependencies.base_url()
        return list_answer(page, lambda record: replica_answer(record, speaking, base_url, verbose))

    @router.get("/{replica_id}")
    async def get_replica(replica_id: str, verbose: Verbose = False) -> dict[str, Any]:
        """Get a replica; `verbose` adds its type and what its training was asked."""
        record = found(await replicas.get(replica_id), invalid_id("replica_id"))
        return replica_answer(record, voices(), dependencies.base_url(), verbose)

    @router.patch("/{replica_id}/name", response_class=Response)
    async def rename_replica(replica_id: str, body: ReplicaRename) -> Response:
        """Rename a replica; stock replicas keep their names."""

        def edit(record: ReplicaRecord) -> ReplicaRecord:
            _refuse_stock(record)
            return replace(record, replica_name=body.replica_name)

        found(await replicas.change(replica_id, edit), invalid_id("replica_id"))
        return Response()

    @router.delete("/{replica_id}", response_class=Response)
    async def delete_replica(replica_id: str, hard: bool = False) -> Response:
        """Delete a replica and stop its training; `hard` erases all that is kept of it, of one deleted before too."""
        record = await replicas.get(replica_id)
        if record is not None:
            _refuse_stock(record)
        try:
            deleted = await replicas.delete(replica_id, hard=hard)
        except ReplicaInUseError as error:
            raise ApiError(409, str(error)) from None
        if not deleted:
            raise invalid_id("replica_id")
        dependencies.wake_jobs()
        return Response()

    return router


def _refuse_stock(record: ReplicaRecord) -> None:
    if record.replica_type == "system":
        raise is_stock("replica_id", record.replica_id)
