"""`/openapi.json`, `/openapi.yaml`, `/docs`, `/llms.txt`, `/llms-full.txt`."""

import asyncio
import json
from dataclasses import dataclass

import yaml
from fastapi import APIRouter, FastAPI, Request, Response

from engine.api.contract.errors import ApiError
from engine.api.dependencies import ApiDependencies
from engine.api.reference.guides import load_guides
from engine.api.reference.page import Pages, static_files
from engine.ranks import Rank, ranked_threads

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
STATIC_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """Every form of the description, ready to be sent."""

    openapi_json: bytes
    openapi_yaml: bytes
    page: bytes
    index: bytes
    markdown: bytes


class Reference:
    """The description of one application: made at the first request, in a thread, for it takes seconds; then kept."""

    def __init__(self, dependencies: ApiDependencies) -> None:
        self._dependencies = dependencies
        self._rendered: Rendered | None = None
        self._lock = asyncio.Lock()

    async def of(self, app: FastAPI) -> Rendered:
        """Return every form of it."""
        async with self._lock:
            if self._rendered is None:
                # A thread of its own: the loop's default executor encodes the pictures of calls.
                threads = ranked_threads("reference", Rank.INDEXING)
                rendering = asyncio.get_running_loop().run_in_executor(threads, self._render, app)
                threads.shutdown(wait=False)
                self._rendered = await rendering
            return self._rendered

    def _render(self, app: FastAPI) -> Rendered:
        document = app.openapi()
        pages = Pages(document, load_guides(self._dependencies.base_url(), self._dependencies.settings))
        # libyaml is many times faster; the pure Python writer is there everywhere.
        dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        as_yaml = yaml.dump(document, Dumper=_plain(dumper), sort_keys=False, allow_unicode=True, width=120)
        return Rendered(
            openapi_json=json.dumps(document, ensure_ascii=False).encode(),
            openapi_yaml=as_yaml.encode(),
            page=pages.html().encode(),
            index=pages.index().encode(),
            markdown=pages.markdown().encode(),
        )


def reference_routes(dependencies: ApiDependencies) -> APIRouter:
    """Serve the description of the API."""
    router = APIRouter(tags=["Reference"])
    reference = Reference(dependencies)
    static = static_files()

    @router.get("/openapi.json")
    async def openapi_json(request: Request) -> Response:
        """Describe every operation, callback and message with its schema and examples."""
        return Response((await reference.of(request.app)).openapi_json, media_type="application/json")

    @router.get("/openapi.yaml")
    async def openapi_yaml(request: Request) -> Response:
        """Say the same in YAML."""
        return Response((await reference.of(request.app)).openapi_yaml, media_type="application/yaml")

    @router.get("/docs")
    async def docs(request: Request) -> Response:
        """Show guides, operations, callbacks and messages on one page that loads nothing from elsewhere."""
        return Response((await reference.of(request.app)).page, headers=HEADERS, media_type="text/html; charset=utf-8")

    @router.get("/docs/static/{name}", include_in_schema=False)
    async def docs_file(name: str) -> Response:
        if name not in static:
            raise ApiError(404, "There is no such file")
        return Response(static[name], headers=HEADERS, media_type=STATIC_TYPES[name.rpartition(".")[2]])

    @router.get("/llms.txt")
    async def llms_index(request: Request) -> Response:
        """List guides and operations, a line each."""
        return _text((await reference.of(request.app)).index)

    @router.get("/llms-full.txt")
    async def llms_full(request: Request) -> Response:
        """Say everything that the page says, as one text."""
        return _text((await reference.of(request.app)).markdown)

    return router


def _text(content: bytes) -> Response:
    return Response(content, headers=HEADERS, media_type="text/markdown; charset=utf-8")


def _plain(dumper: type) -> type:
    """Return a dumper that writes repeated parts out, where YAML would refer to the first of them."""
    return type("PlainDumper", (dumper,), {"ignore_aliases": lambda self, data: True})
