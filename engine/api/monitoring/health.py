"""For whoever watches the process."""

import asyncio
import shutil

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from engine.api.dependencies import ApiDependencies
from engine.store.database import Database
from engine.store.errors import StoreError

OK = "ok"
WRITABLE_WITHIN = 2.0
"""Seconds."""
FREE_BYTES = 16 << 20
"""Below this much free space the database counts as full."""


class Health(BaseModel):
    """That the process serves."""

    status: str

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"status": OK}]})


class Readiness(BaseModel):
    """Whether conversations can be held, and what is missing."""

    status: str
    """`ready` or `not ready`."""
    checks: dict[str, str]
    """`ok`, or what is missing, for `models`, `database` and `callbacks`."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [{"status": "ready", "checks": {"models": OK, "database": OK, "callbacks": OK}}],
        },
    )


class NotReady(Readiness):
    """Why no conversation can be held now; `message` and `error` carry the same text."""

    message: str
    error: str


def health_routes(dependencies: ApiDependencies) -> APIRouter:
    """Whether the process lives, and whether it is warm."""
    router = APIRouter(tags=["Health"])

    @router.get("/healthz", response_model=Health)
    async def healthz() -> dict[str, str]:
        """Answer as long as the process serves."""
        return {"status": OK}

    @router.get("/readyz", response_model=Readiness, responses={503: {"model": NotReady}})
    async def readyz() -> JSONResponse:
        """Answer 200 once conversations can be held, 503 before, and what is missing."""
        checks = {
            "models": OK if dependencies.ready() else "the models are still being loaded",
            "database": await _database(dependencies.store.database),
            "callbacks": OK if dependencies.callbacks_alive() else "callbacks are not being delivered",
        }
        missing = [state for state in checks.values() if state != OK]
        if not missing:
            return JSONResponse({"status": "ready", "checks": checks})
        text = "; ".join(missing)
        answer = {"status": "not ready", "checks": checks, "message": text, "error": text}
        return JSONResponse(answer, 503, {"retry-after": "1"})

    return router


async def _database(database: Database) -> str:
    """Return `ok`, or why nothing can be written."""
    try:
        async with asyncio.timeout(WRITABLE_WITHIN):
            # An empty transaction takes the write lock and touches no disk.
            free = await database.write(lambda tables: shutil.disk_usage(database.path.parent).free)
    except TimeoutError:
        return f"the database is busy: nothing could be written within {WRITABLE_WITHIN:.0f} s"
    except (StoreError, OSError):
        return "the database cannot be written"
    return OK if free >= FREE_BYTES else "the disk is full"
