"""`python -m tests.killable_server HOME KEY`: API, jobs and webhooks over a real store, with calls that open no rooms.

Prints its port once it serves. The order of the start is the appliance's.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from engine.api.app import create_api
from engine.api.dependencies import ApiDependencies
from engine.jobs.runner import JobRunner
from engine.jobs.worker import Workers
from engine.network import NetworkPolicy
from engine.secret import Secret
from engine.settings import Settings
from engine.store.home_lock import HomeLock
from engine.store.opening import open_store
from engine.webhooks.delivery import WebhookDelivery
from engine.webhooks.schedule import RetrySchedule
from engine.webhooks.signing import Signer
from tests.fakes.call_host import FakeCallHost

PATIENT = RetrySchedule(first_s=0.05, longest_s=0.5, attempts=100_000)
BASE_URL = "http://127.0.0.1:8765"


async def serve(home: Path, key: str) -> None:
    """Serve until killed."""
    with HomeLock(home):
        store = await open_store(home)
        await store.conversations.end_abandoned()
        webhooks = WebhookDelivery(
            store.outbox, NetworkPolicy(), Signer.of("", store.secret("webhooks")), schedule=PATIENT
        )
        webhooks.start()
        jobs = JobRunner(store, Workers(), base_url=lambda: BASE_URL)
        jobs.start()
        settings = Settings(home=home, api_key=Secret(key))
        host = FakeCallHost(store, capacity=100_000)
        app = create_api(ApiDependencies(settings, store, host, lambda: BASE_URL, wake_jobs=jobs.wake))
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)
        print(server.servers[0].sockets[0].getsockname()[1], flush=True)
        await serving


@asynccontextmanager
async def started(home: Path, key: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the server in a process of its own, which is killed at the end of the block at the latest."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.killable_server", str(home), key),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[1],
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def address_of(process: asyncio.subprocess.Process) -> str:
    """Return the server's base URL once it serves."""
    assert process.stdout is not None
    port = (await asyncio.wait_for(process.stdout.readline(), 120)).decode().strip()
    assert port, "the server starts after every kill"
    return f"http://127.0.0.1:{port}"


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2]))
