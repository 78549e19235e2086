"""`/v2/guardrails`."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Response

from engine.api.contract.paging import PageWindow, list_answer
from engine.api.contract.queries import NamePart, Tags, Verbose
from engine.api.dependencies import ApiDependencies
from engine.api.guardrails.answers import guardrails_answer
from engine.api.guardrails.bodies import MEMBERS, SPELLINGS, GuardrailsCreate, guardrail_fields, guardrails_name
from engine.api.guards.authentication import DOCUMENTED
from engine.api.prompt_sets.sets import PromptSets


def guardrail_routes(dependencies: ApiDependencies) -> APIRouter:
    """Create, get, list, patch and delete guardrails."""
    router = APIRouter(prefix="/v2/guardrails", tags=["Guardrails"], dependencies=[DOCUMENTED])
    repository = dependencies.store.guardrails
    sets = PromptSets(repository, "guardrails_id", "Guardrails", guardrail_fields, guardrails_name, MEMBERS, SPELLINGS)

    @router.post("")
    async def create_guardrails(body: GuardrailsCreate) -> dict[str, Any]:
        """Create a set of guardrails, or a single one; a persona carries it by its `guardrails_id`."""
        record = await sets.create(body.fields)
        return {
            "guardrails_id": record.resource_id,
            "uuid": record.resource_id,
            "guardrails_name": record.name,
            "guardrail_name": record.fields["data"][0]["guardrail_name"],
            "status": record.status,
            "created_at": record.created_at,
        }

    @router.get("")
    async def list_guardrails(
        window: PageWindow,
        name: NamePart = None,
        tags: Tags = None,
        verbose: Verbose = False,
    ) -> dict[str, Any]:
        """List sets of guardrails, stock ones too."""
        page = await repository.page(window, name=name, tags=tags)
        return list_answer(page, lambda record: guardrails_answer(record, verbose))

    @router.get("/{guardrails_id}")
    async def get_guardrails(guardrails_id: str, verbose: Verbose = False) -> dict[str, Any]:
        """Get a set of guardrails: all of them under `data`, the first one at the top level as well."""
        return guardrails_answer(await sets.find(guardrails_id), verbose)

    @router.patch("/{guardrails_id}")
    async def patch_guardrails(guardrails_id: str, body: Annotated[Any, Body()]) -> Any:
        """Change a set by JSON Patch: `/data/0/guardrail_prompt`, or `/guardrail_prompt` for the first one."""
        record, changed = await sets.patch(guardrails_id, body)
        if not changed:
            return Response(status_code=304)
        return {**guardrails_answer(record), "message": "Guardrails updated successfully"}

    @router.delete("/{guardrails_id}", status_code=204)
    async def delete_guardrails(guardrails_id: str) -> Response:
        """Delete a set of guardrails."""
        await sets.delete(guardrails_id)
        return Response(status_code=204)

    return router
