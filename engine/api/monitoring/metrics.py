"""`/metrics`, for Prometheus."""

import asyncio

from fastapi import APIRouter, Response

from engine.api.dependencies import ApiDependencies
from engine.metrics import CONTENT_TYPE
from engine.store.errors import StoreError
from engine.store.figures import StoreFigures, read_figures


def metric_routes(dependencies: ApiDependencies) -> APIRouter:
    """Serve the figures of this process."""
    router = APIRouter(tags=["Health"])

    async def store_figures() -> StoreFigures | None:
        try:
            return await read_figures(dependencies.store.database)
        except StoreError:
            return None

    @router.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"example": "visavis_conversations_active 1.0\n"}}}},
    )
    async def metrics() -> Response:
        """Answer all figures in Prometheus' text format: requests, conversations, turns, media, callbacks, jobs, process.

        From this machine no key is needed, from elsewhere one is. No figure names a person, a conversation or a key.
        """
        parts = []
        for part in dependencies.metrics.parts(await store_figures()):
            parts.append(part)
            await asyncio.sleep(0)
        return Response(b"".join(parts), media_type=CONTENT_TYPE)

    return router
