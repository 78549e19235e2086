"""For whoever watches the process."""

from typing import Any

from fastapi import APIRouter

from engine.api.dependencies import ApiDependencies
from engine.api.errors import ApiError


def health_routes(dependencies: ApiDependencies) -> APIRouter:
    """Whether the process lives, and whether it is warm."""
    router = APIRouter(tags=["Health"])

    @router.get("/healthz")
    async def healthz() -> dict[str, Any]:
        """Answer as long as the process serves."""
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz() -> dict[str, Any]:
        """Answer 200 once conversations can be held, 503 before."""
        if not dependencies.ready():
            raise ApiError(503, "The models are still being loaded", {"retry-after": "1"})
        return {"status": "ready"}

    return router
