"""The HTTP application: guards outside, one router a resource inside."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter, FastAPI

from engine.api.contract.errors import ErrorBoundary, install_error_handlers
from engine.api.contract.head_requests import HeadRequests
from engine.api.contract.names import NewerNames
from engine.api.conversations.events import event_routes
from engine.api.conversations.interactions import interaction_routes
from engine.api.conversations.recordings import recording_routes
from engine.api.conversations.routes import conversation_routes
from engine.api.conversations.transcripts import transcript_routes
from engine.api.conversations.turns import turn_routes
from engine.api.dependencies import ApiDependencies
from engine.api.documents.routes import document_routes
from engine.api.guardrails.routes import guardrail_routes
from engine.api.guards.authentication import Authentication
from engine.api.guards.bodies import BodyGuard, TrailingSlash
from engine.api.guards.hosts import HostGuard
from engine.api.guards.origins import OriginGuard
from engine.api.guards.request_form import RequestFormGuard
from engine.api.guards.slow_clients import SlowClientGuard
from engine.api.languages.routes import language_routes
from engine.api.monitoring.access_log import RequestWatch, RouteNote
from engine.api.monitoring.health import health_routes
from engine.api.monitoring.metrics import metric_routes
from engine.api.monitoring.request_ids import RequestIds
from engine.api.objectives.routes import objective_routes
from engine.api.personas.routes import persona_routes
from engine.api.pronunciation_dictionaries.routes import dictionary_routes
from engine.api.reference.openapi import build_document
from engine.api.reference.routes import reference_routes
from engine.api.replicas.media import media_routes
from engine.api.replicas.routes import replica_routes
from engine.api.room.routes import room_routes
from engine.api.room.start import StartPage, start_routes
from engine.api.uploads.routes import upload_routes
from engine.api.videos.routes import video_routes
from engine.api.voices.routes import voice_routes
from engine.api.webhook_deliveries.routes import delivery_routes

ROUTES: tuple[Callable[[ApiDependencies], APIRouter], ...] = (
    conversation_routes,
    turn_routes,
    event_routes,
    transcript_routes,
    recording_routes,
    interaction_routes,
    persona_routes,
    replica_routes,
    media_routes,
    objective_routes,
    guardrail_routes,
    document_routes,
    video_routes,
    voice_routes,
    language_routes,
    dictionary_routes,
    upload_routes,
    delivery_routes,
    health_routes,
    metric_routes,
    reference_routes,
)
"""One function a resource, in the order in which the reference shows them."""


def create_api(dependencies: ApiDependencies) -> FastAPI:
    """Build the application; it starts and stops nothing by itself."""
    app = FastAPI(
        title="Visavis",
        version=_version(),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    # As FastAPI's documentation has it: whoever asks the application gets the document that is served.
    app.openapi = lambda: build_document(app, dependencies.base_url())  # type: ignore[method-assign]
    install_error_handlers(app)
    for routes in ROUTES:
        app.include_router(routes(dependencies))
    start = StartPage(dependencies)
    app.include_router(start_routes(start))
    app.include_router(room_routes(dependencies, start))

    settings = dependencies.settings
    # The last one added is the first to see a request.
    app.add_middleware(RouteNote)
    app.add_middleware(HeadRequests)
    app.add_middleware(BodyGuard)
    app.add_middleware(Authentication, keys=dependencies.store.keys, environment_key=settings.api_key)
    app.add_middleware(SlowClientGuard)
    app.add_middleware(ErrorBoundary)
    app.add_middleware(OriginGuard, allowed=settings.allow_origins, base_url=dependencies.base_url)
    app.add_middleware(HostGuard, settings=settings, base_url=dependencies.base_url)
    app.add_middleware(NewerNames)
    app.add_middleware(TrailingSlash)
    app.add_middleware(RequestFormGuard)
    app.add_middleware(RequestWatch, requests=dependencies.metrics.requests)
    app.add_middleware(RequestIds)
    return app


def _version() -> str:
    try:
        return version("visavis")
    except PackageNotFoundError:
        return "0"
