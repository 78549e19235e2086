"""An API behind which a job runner works."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx

from engine.api.dependencies import ApiDependencies
from engine.jobs.worker import Workers
from tests.api.conftest import ENVIRONMENT_KEY, client_of
from tests.jobs.workers import running


@asynccontextmanager
async def working(dependencies: ApiDependencies, workers: Workers) -> AsyncIterator[httpx.AsyncClient]:
    """Open a client with a key; what it queues is worked on for the length of the block."""
    async with (
        running(dependencies.store, workers) as runner,
        client_of(replace(dependencies, wake_jobs=runner.wake), x_api_key=ENVIRONMENT_KEY) as client,
    ):
        yield client
