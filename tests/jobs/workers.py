"""Real, small workers, and what tests wait for."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

from engine.jobs.runner import JobRunner
from engine.jobs.worker import Progress, Workers
from engine.store.opening import Store
from tests.real_time import SOON

BASE_URL = "http://127.0.0.1:8765"
HOOK = "http://127.0.0.1:1/hook"

Outcome = TypeVar("Outcome")
Value = TypeVar("Value")


class GatedWorker(Generic[Outcome]):
    """Reports some progress, waits at a gate, and hands out its outcome or raises it."""

    def __init__(
        self, outcome: Outcome | BaseException, *, percents: tuple[int, ...] = (37,), is_open: bool = True
    ) -> None:
        self._outcome = outcome
        self._percents = percents
        self.gate = asyncio.Event()
        if is_open:
            self.gate.set()
        self.begun: list[Any] = []
        self.waiting = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.at_once = 0
        self.most_at_once = 0

    async def __call__(self, job: Any, progress: Progress, /) -> Outcome:
        self.begun.append(job)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            for percent in self._percents:
                await progress(percent)
            self.waiting.set()
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        finally:
            self.at_once -= 1
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        return self._outcome


@asynccontextmanager
async def running(store: Store, workers: Workers, support_contact: str = "") -> AsyncIterator[JobRunner]:
    """Run a job runner for the length of the block."""
    runner = JobRunner(store, workers, base_url=lambda: BASE_URL, support_contact=support_contact)
    runner.start()
    try:
        yield runner
    finally:
        await runner.close()


async def until(read: Callable[[], Awaitable[Value]], holds: Callable[[Value], bool]) -> Value:
    """Return what is read as soon as it holds; the limit only ends a test that would never end."""
    async with asyncio.timeout(SOON):
        while not holds(value := await read()):  # noqa: ASYNC110 - rows have no event
            await asyncio.sleep(0.005)
    return value


async def until_status(read: Callable[[str], Awaitable[Any]], resource_id: str, status: str) -> Any:
    """Return a record as soon as it is in a state."""
    return await until(lambda: read(resource_id), lambda record: record.status == status)


async def told(store: Store, resource_id: str) -> list[dict[str, Any]]:
    """Return the payloads of the callbacks of a resource, in their order."""
    return [json.loads(delivery.payload) for delivery in await store.outbox.deliveries(resource_id)]
