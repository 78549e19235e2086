"""`/v2/personas`, also called `/v2/pals`."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Response
from starlette.responses import JSONResponse

from engine.api.contract.errors import found, invalid_id, is_stock
from engine.api.contract.names import both_names
from engine.api.contract.paging import PageWindow, list_answer
from engine.api.contract.queries import NamePart, Origin, Verbose
from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import DOCUMENTED
from engine.api.personas.answers import persona_answer, whole_answer
from engine.api.personas.bodies import PersonaCreate, persona_fields, persona_name
from engine.api.personas.changes import Change, apply_change, read_change
from engine.api.personas.references import Reference, UncheckedError, check_references, references_of
from engine.store.opening import Store
from engine.store.records import PersonaRecord


def persona_routes(dependencies: ApiDependencies) -> APIRouter:
    """Create, get, list, change and delete personas."""
    router = APIRouter(prefix="/v2/personas", tags=["Personas"], dependencies=[DOCUMENTED])
    store = dependencies.store
    personas = store.personas

    async def known(persona_id: str) -> PersonaRecord:
        return found(await personas.get(persona_id), invalid_id("persona_id"))

    async def refuse_stock(persona_id: str) -> None:
        if (await known(persona_id)).persona_type == "system":
            raise is_stock("persona_id", persona_id)

    @router.post("")
    async def create_persona(body: PersonaCreate) -> dict[str, Any]:
        """Create a persona; `system_prompt` is required unless `pipeline_mode` is `echo`."""
        fields = persona_fields(body)
        await check_references(references_of(fields), store)
        record = await personas.create(persona_name(body), fields)
        return both_names(
            {"persona_id": record.persona_id, "persona_name": record.persona_name, "created_at": record.created_at}
        )

    @router.get("")
    async def list_personas(
        window: PageWindow,
        persona_type: Origin = None,
        name: NamePart = None,
    ) -> dict[str, Any]:
        """List personas, stock ones too."""
        return list_answer(await personas.page(window, persona_type=persona_type, name=name), persona_answer)

    @router.get("/{persona_id}")
    async def get_persona(persona_id: str, verbose: Verbose = False) -> dict[str, Any]:
        """Get a persona: its fields stand at the top level and once more under `data`, for clients read either.

        `verbose` adds the settings in effect, the local parts that stand for hosted ones, and what nothing acts on.
        """
        return whole_answer(await known(persona_id), verbose=verbose)

    @router.patch("/{persona_id}", response_model=None)
    async def change_persona(persona_id: str, body: Annotated[Any, Body()]) -> Response:
        """Change a persona by a JSON Patch (RFC 6902), or by an object that is merged into it (RFC 7396: null removes).

        Paths begin at the persona as it is shown. A masked secret that comes back unchanged stays what it was.
        """
        await refuse_stock(persona_id)
        changed = await _change(persona_id, read_change(body), store)
        record, differs = found(changed, invalid_id("persona_id"))
        return JSONResponse(whole_answer(record)) if differs else Response(status_code=304)

    @router.delete("/{persona_id}", status_code=204)
    async def delete_persona(persona_id: str) -> Response:
        """Delete a persona; conversations that were held with it keep its id."""
        await refuse_stock(persona_id)
        if not await personas.delete(persona_id):
            raise invalid_id("persona_id")
        return Response(status_code=204)

    return router


async def _change(persona_id: str, change: Change, store: Store) -> tuple[PersonaRecord, bool] | None:
    """Change a persona in one transaction, in which only ids are newly named that were found to name something before."""
    checked: frozenset[Reference] = frozenset()

    def edit(record: PersonaRecord) -> PersonaRecord:
        wanted = apply_change(record, change)
        unchecked = references_of(wanted.fields) - references_of(record.fields) - checked
        if unchecked:
            raise UncheckedError(unchecked)
        return wanted

    while True:
        try:
            return await store.personas.change(persona_id, edit)
        except UncheckedError as error:
            await check_references(error.references, store)
            checked |= error.references
