"""The HTTP application: guards outside, one router a resource inside."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI

from engine.api.authentication import Authentication
from engine.api.bodies import BodyGuard, TrailingSlash
from engine.api.conversations import conversation_routes
from engine.api.dependencies import ApiDependencies
from engine.api.errors import ErrorBody, ErrorBoundary, install_error_handlers
from engine.api.health import health_routes
from engine.api.hosts import HostGuard
from engine.api.origins import OriginGuard
from engine.api.personas import persona_routes
from engine.api.replicas import replica_routes
from engine.api.rooms import room_routes
from engine.api.start import StartPage, start_routes
from engine.api.turns import turn_routes

ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "A value is not acceptable; the text names it."},
    401: {"model": ErrorBody, "description": "The API key is missing or wrong."},
    403: {"model": ErrorBody, "description": "Not allowed from this address, host or origin."},
    413: {"model": ErrorBody, "description": "The body is too large."},
    415: {"model": ErrorBody, "description": "The body is not JSON."},
    429: {"model": ErrorBody, "description": "The machine carries no more; Retry-After says when to ask again."},
    503: {"model": ErrorBody, "description": "A model or the database is not available."},
}


def create_api(dependencies: ApiDependencies) -> FastAPI:
    """Build the application; it starts and stops nothing by itself."""
    app = FastAPI(
        title="Visavis",
        version=_version(),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=ERRORS,
    )
    install_error_handlers(app)
    app.include_router(health_routes(dependencies))
    app.include_router(persona_routes(dependencies))
    app.include_router(replica_routes(dependencies))
    app.include_router(conversation_routes(dependencies))
    app.include_router(turn_routes(dependencies))
    start = StartPage(dependencies)
    app.include_router(start_routes(start))
    app.include_router(room_routes(dependencies, start))

    settings = dependencies.settings
    # The last one added is the first to see a request.
    app.add_middleware(BodyGuard)
    app.add_middleware(Authentication, keys=dependencies.store.keys, environment_key=settings.api_key)
    app.add_middleware(ErrorBoundary)
    app.add_middleware(OriginGuard, allowed=settings.allow_origins, base_url=dependencies.base_url)
    app.add_middleware(HostGuard, settings=settings, base_url=dependencies.base_url)
    app.add_middleware(TrailingSlash)
    return app


def _version() -> str:
    try:
        return version("visavis")
    except PackageNotFoundError:
        return "0"
