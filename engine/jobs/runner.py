"""Takes what is queued in the store and sees it through, one job of each kind at a time."""

import asyncio
import contextlib
import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from engine.jobs.line import MOST_ATTEMPTS, NOT_BUILT, Failure, Line
from engine.jobs.processing import ProcessingLine
from engine.jobs.rendering import RenderingLine
from engine.jobs.training import TrainingLine
from engine.jobs.worker import JobFailedError, Progress, Workers
from engine.store.errors import StoreError
from engine.store.opening import Store

log = logging.getLogger(__name__)

CLOSE_S = 5.0
"""Seconds that a cancelled worker gets to let go."""
STORE_PAUSE_S = 1.0
"""Seconds until the store is asked again after it failed."""

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")


class JobRunner:
    """Runs trainings, renderings and processings while the appliance does; what is unfinished is taken up at the next start."""

    def __init__(
        self, store: Store, workers: Workers, *, base_url: Callable[[], str], support_contact: str = ""
    ) -> None:
        self._support_contact = support_contact
        self._lines: tuple[Line[Any, Any], ...] = (
            TrainingLine(store, workers.training),
            RenderingLine(store, workers.rendering, base_url),
            ProcessingLine(store, workers.processing),
        )
        self._wakes = {line.name: asyncio.Event() for line in self._lines}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin; on the event loop."""
        self._tasks = [asyncio.create_task(self._serve(line), name=f"jobs {line.name}") for line in self._lines]

    def wake(self) -> None:
        """Look into the store: something was queued, or deleted; on the event loop."""
        for wake in self._wakes.values():
            wake.set()

    async def close(self) -> None:
        """Stop; jobs that are being worked on are interrupted and taken up again at the next start."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._tasks = []

    async def _serve(self, line: Line[Any, Any]) -> None:
        wake = self._wakes[line.name]
        while True:
            try:
                wake.clear()
                job = await line.next()
                if job is None:
                    await wake.wait()
                else:
                    await self._see_through(line, job)
                    # A finished training lets the renderings that wait for it begin.
                    self.wake()
            except StoreError as error:
                log.error("%s: the store failed: %s", line.name, error)
                await asyncio.sleep(STORE_PAUSE_S)
            except Exception:
                # A row that cannot be read must not end the others' turn for good.
                log.exception("%s: the queue cannot be served", line.name)
                await asyncio.sleep(STORE_PAUSE_S)

    async def _see_through(self, line: Line[Job, Outcome], job: Job) -> None:
        if line.worker is None:
            await line.fail(job, Failure(NOT_BUILT, line.not_built))
            return
        if line.attempts(job) >= MOST_ATTEMPTS:
            log.error("%s: a job is given up after %d attempts without an end", line.name, MOST_ATTEMPTS)
            await line.fail(job, self._unexpected(line))
            return
        await line.begin(job)
        work = asyncio.ensure_future(line.worker(job, self._reporter(line, job)))
        try:
            wanted = await self._watch(line, job, work)
        except asyncio.CancelledError:
            await _stop(work, line.name)
            with contextlib.suppress(StoreError):
                await line.release(job)
            raise
        except BaseException:
            await _stop(work, line.name)
            raise
        if wanted:
            await self._conclude(line, job, work)
        else:
            await _stop(work, line.name)

    async def _watch(self, line: Line[Job, Outcome], job: Job, work: asyncio.Future[Outcome]) -> bool:
        """Wait for the end of the work; False as soon as its job is gone."""
        wake = self._wakes[line.name]
        while not work.done():
            woken = asyncio.ensure_future(wake.wait())
            either: set[asyncio.Future[Any]] = {work, woken}
            try:
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            finally:
                woken.cancel()
            if wake.is_set():
                wake.clear()
                if not await _exists(line, job):
                    return False
        return True

    async def _conclude(self, line: Line[Job, Outcome], job: Job, work: asyncio.Future[Outcome]) -> None:
        try:
            outcome = work.result()
        except JobFailedError as failure:
            text = failure.message or failure.error.text(self._support_contact)
            end = functools.partial(line.fail, job, Failure(failure.error.error_type, text))
        except (Exception, asyncio.CancelledError) as error:
            log.error("%s: the worker broke", line.name, exc_info=error)
            end = functools.partial(line.fail, job, self._unexpected(line))
        else:
            end = functools.partial(line.finish, job, outcome)
        # Hours of work are not done again because the disk was full for a moment.
        while True:
            try:
                await end()
                return
            except StoreError as error:
                log.error("%s: the end of a job cannot be written: %s", line.name, error)
                await asyncio.sleep(STORE_PAUSE_S)

    def _unexpected(self, line: Line[Any, Any]) -> Failure:
        return Failure(line.unexpected.error_type, line.unexpected.text(self._support_contact))

    def _reporter(self, line: Line[Job, Any], job: Job) -> Progress:
        furthest = 0

        async def report(percent: int) -> None:
            nonlocal furthest
            # 100 is written by the end alone.
            percent = min(int(percent), 99)
            if percent > furthest:
                furthest = percent
                try:
                    await line.progress(job, percent)
                except StoreError as error:
                    log.warning("%s: progress cannot be written: %s", line.name, error)

        return report


async def _exists(line: Line[Job, Any], job: Job) -> bool:
    try:
        return await line.exists(job)
    except StoreError as error:
        log.warning("%s: the job that is being worked on cannot be looked up: %s", line.name, error)
        return True


async def _stop(work: asyncio.Future[Any], name: str) -> None:
    work.cancel()
    _, pending = await asyncio.wait({work}, timeout=CLOSE_S)
    if pending:
        log.error("%s: a worker goes on although it was cancelled", name)
    elif not work.cancelled() and work.exception() is not None:
        log.info("%s: a cancelled worker ended with %s", name, type(work.exception()).__name__)
