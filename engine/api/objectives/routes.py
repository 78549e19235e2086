"""`/v2/objectives`."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Response

from engine.api.contract.paging import PageWindow, list_answer
from engine.api.contract.queries import NamePart, Verbose
from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import DOCUMENTED
from engine.api.objectives.answers import objectives_answer
from engine.api.objectives.bodies import (
    MEMBERS,
    SPELLINGS,
    ObjectivesCreate,
    objective_fields,
    objectives_name,
)
from engine.api.prompt_sets.sets import PromptSets


def objective_routes(dependencies: ApiDependencies) -> APIRouter:
    """Create, get, list, patch and delete objectives."""
    router = APIRouter(prefix="/v2/objectives", tags=["Objectives"], dependencies=[DOCUMENTED])
    repository = dependencies.store.objectives
    sets = PromptSets(repository, "objectives_id", "Objective", objective_fields, objectives_name, MEMBERS, SPELLINGS)

    @router.post("")
    async def create_objectives(body: ObjectivesCreate) -> dict[str, Any]:
        """Create a set of objectives; a persona carries it by its `objectives_id`."""
        record = await sets.create(body.model_dump())
        return {
            "objectives_id": record.resource_id,
            "objective_name": record.name,
            "status": record.status,
            "created_at": record.created_at,
        }

    @router.get("")
    async def list_objectives(
        window: PageWindow,
        name: NamePart = None,
        verbose: Verbose = False,
    ) -> dict[str, Any]:
        """List sets of objectives, stock ones too."""
        return list_answer(await repository.page(window, name=name), lambda record: objectives_answer(record, verbose))

    @router.get("/{objectives_id}")
    async def get_objectives(objectives_id: str, verbose: Verbose = False) -> dict[str, Any]:
        """Get a set of objectives: all of them under `data`, the first one at the top level as well."""
        return objectives_answer(await sets.find(objectives_id), verbose)

    @router.patch("/{objectives_id}")
    async def patch_objectives(objectives_id: str, body: Annotated[Any, Body()]) -> Any:
        """Change a set by JSON Patch: `/data/0/objective_prompt`, or `/objective_prompt` for the first one."""
        record, changed = await sets.patch(objectives_id, body)
        if not changed:
            return Response(status_code=304)
        return {**objectives_answer(record), "message": "Objective updated successfully"}

    @router.delete("/{objectives_id}", status_code=204)
    async def delete_objectives(objectives_id: str) -> Response:
        """Delete a set of objectives."""
        await sets.delete(objectives_id)
        return Response(status_code=204)

    return router
