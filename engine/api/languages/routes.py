"""`/v2/languages`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool

from engine.api.contract.queries import NamePart
from engine.api.dependencies import ApiDependencies
from engine.api.guards.authentication import DOCUMENTED
from engine.api.languages.answers import ListedLanguage, languages_in


def language_routes(dependencies: ApiDependencies) -> APIRouter:
    """List the languages that conversations may name; a local addition to the contract."""
    router = APIRouter(prefix="/v2/languages", tags=["Languages"], dependencies=[DOCUMENTED])

    @router.get("")
    async def list_languages(
        installed: Annotated[bool | None, Query(description="Only those that are, or are not, installed.")] = None,
        search: NamePart = None,
    ) -> dict[str, Any]:
        """List the languages, all at once: how well each is heard, which voice speaks it here, and how to get what is missing."""
        settings = dependencies.settings
        # Not asyncio.to_thread: the loop's default executor encodes the pictures of calls.
        found = await run_in_threadpool(languages_in, settings.home, dependencies.host.heard_languages, settings.voice)
        shown = [language for language in found if _fits(language, installed, search)]
        return {"data": [language.answer() for language in shown], "total_count": len(shown)}

    return router


def _fits(language: ListedLanguage, installed: bool | None, search: str | None) -> bool:
    if installed is not None and language.installed is not installed:
        return False
    return search is None or search.lower() in language.row.language.lower()
