"""`/v2/pronunciation-dictionaries`."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Response

from engine.api.contract.errors import ApiError, found, not_found
from engine.api.contract.paging import ZeroPageWindow, counted_answer
from engine.api.contract.patching import check_operations
from engine.api.contract.queries import NamePart
from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import DOCUMENTED
from engine.api.pronunciation_dictionaries.answers import dictionary_answer, dictionary_summary
from engine.api.pronunciation_dictionaries.bodies import DictionaryCreate, patched


def dictionary_routes(dependencies: ApiDependencies) -> APIRouter:
    """Create, get, list, patch and delete pronunciation dictionaries."""
    router = APIRouter(
        prefix="/v2/pronunciation-dictionaries", tags=["Pronunciation dictionaries"], dependencies=[DOCUMENTED]
    )
    dictionaries = dependencies.store.pronunciation_dictionaries

    def unknown() -> ApiError:
        return not_found("Pronunciation dictionary")

    @router.post("", status_code=201)
    async def create_dictionary(body: DictionaryCreate) -> dict[str, Any]:
        """Create a pronunciation dictionary; a persona names it in `layers.tts.pronunciation_dictionary_id`."""
        fields = body.model_dump()
        return dictionary_answer(await dictionaries.create(fields.pop("name"), fields, status="active"))

    @router.get("")
    async def list_dictionaries(
        window: ZeroPageWindow,
        name: NamePart = None,
    ) -> dict[str, Any]:
        """List pronunciation dictionaries, without their rules."""
        return counted_answer(await dictionaries.page(window, name=name), dictionary_summary, window, first=0)

    @router.get("/{dictionary_id}")
    async def get_dictionary(dictionary_id: str) -> dict[str, Any]:
        """Get a pronunciation dictionary."""
        return dictionary_answer(found(await dictionaries.get(dictionary_id), unknown()))

    @router.patch("/{dictionary_id}")
    async def patch_dictionary(dictionary_id: str, body: Annotated[Any, Body()]) -> Any:
        """Change a pronunciation dictionary by JSON Patch: `/name`, `/rules/-`, `/rules/0/pronunciation`."""
        operations = check_operations(body)
        changed = await dictionaries.change(dictionary_id, lambda present: patched(present, operations))
        record, differs = found(changed, unknown())
        return dictionary_answer(record) if differs else Response(status_code=304)

    @router.delete("/{dictionary_id}", status_code=204)
    async def delete_dictionary(dictionary_id: str) -> Response:
        """Delete a pronunciation dictionary."""
        found(await dictionaries.delete(dictionary_id), unknown())
        return Response(status_code=204)

    return router
