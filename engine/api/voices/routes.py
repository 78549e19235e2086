"""`/v2/voices`."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool

from engine.api.contract.paging import Limit, PageNumber, counted_answer, window_of
from engine.api.contract.queries import NamePart
from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import DOCUMENTED
from engine.api.voices.answers import ListedVoice, voices_in
from engine.store.listing import Page


def voice_routes(dependencies: ApiDependencies) -> APIRouter:
    """List the voices that replicas have here."""
    router = APIRouter(prefix="/v2/voices", tags=["Voices"], dependencies=[DOCUMENTED])

    @router.get("")
    async def list_voices(
        limit: Limit = 10,
        page: PageNumber = 1,
        search: NamePart = None,
        tag: Annotated[str | None, Query(max_length=1000, description="Such as `en`, `high` or `basic`.")] = None,
        sort: Annotated[
            Literal["asc", "desc", "ascending", "descending"], Query(description="By name, from a to z by default.")
        ] = "asc",
    ) -> dict[str, Any]:
        """List the voices of the model store and the basic voice, which is always there. No previews are made of them yet."""
        # Not asyncio.to_thread: the loop's default executor encodes the pictures of calls.
        found = await run_in_threadpool(voices_in, dependencies.settings.home)
        fitting = [
            voice
            for voice in found
            if (search is None or search.lower() in voice.voice_name.lower())
            and (tag is None or tag.lower() in {known.lower() for known in voice.tags})
        ]
        if sort.startswith("desc"):
            fitting.reverse()
        window = window_of(limit, page - 1, sort)
        shown = fitting[window.offset : window.offset + window.limit]
        return counted_answer(Page(shown, len(fitting)), ListedVoice.answer, window, first=1)

    return router
