"""Delivers the outbox: at least once, in order within a stream, again and again until it works or a day has passed."""

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from engine.network import NetworkPolicy, NetworkRefusedError, Reach, Resolver, open_client, resolve
from engine.store.errors import StoreError
from engine.store.outbox import Delivery, Outbox

log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
"""For one try, from the connection to the answer's status."""
AT_ONCE = 8
"""Streams served side by side."""
IDLE_S = 3600.0


@dataclass(frozen=True, slots=True)
class RetrySchedule:
    """When a failed try is repeated: 2 s, 4 s, 8 s... up to an hour between tries, 34 tries, about a day in all."""

    first_s: float = 2.0
    longest_s: float = 3600.0
    attempts: int = 34

    def wait_after(self, attempts: int) -> float | None:
        """Return the seconds to wait after this many failed tries; None when it was the last."""
        if attempts >= self.attempts:
            return None
        return float(min(self.longest_s, self.first_s * 2.0 ** min(attempts - 1, 30)))


class WebhookDelivery:
    """A task that empties the outbox while the appliance runs; what it did not manage waits in SQLite for the next start."""

    def __init__(
        self,
        outbox: Outbox,
        policy: NetworkPolicy,
        *,
        schedule: RetrySchedule | None = None,
        clock: Callable[[], float] = time.time,
        resolver: Resolver = resolve,
    ) -> None:
        self._outbox = outbox
        self._schedule = schedule or RetrySchedule()
        self._clock = clock
        self._client = open_client(policy, Reach.PUBLIC_AND_LOOPBACK, timeout=TIMEOUT_S, resolver=resolver)
        self._task: asyncio.Task[None] | None = None
        self._in_flight: dict[str, asyncio.Task[None]] = {}
        self._idle = asyncio.Event()

    def start(self) -> None:
        """Begin to deliver; on the event loop."""
        self._task = asyncio.create_task(self._run(), name="webhooks")

    async def close(self) -> None:
        """Stop; a try in flight is cut and repeated at the next start."""
        tasks = [task for task in (self._task, *self._in_flight.values()) if task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._task = None
        await self._client.aclose()

    async def drain(self, limit_s: float) -> None:
        """Wait until nothing is due any more, at most `limit_s` seconds: lets the last callbacks out before the end."""
        self._idle.clear()
        self._outbox.announce()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._idle.wait()

    async def _run(self) -> None:
        while True:
            try:
                await self._deliver_due()
            except StoreError as error:
                log.error("the outbox cannot be read: %s", error)
                await asyncio.sleep(1.0)

    async def _deliver_due(self) -> None:
        self._outbox.changed.clear()
        now = self._clock()
        # A try that ends while the query runs may still be in its result: its stream waits for the next round.
        busy = set(self._in_flight)
        due = await self._outbox.due(now, 4 * AT_ONCE)
        for delivery in due:
            if delivery.stream not in busy and len(self._in_flight) < AT_ONCE:
                task = asyncio.create_task(self._try(delivery), name=f"webhook {delivery.delivery_id}")
                self._in_flight[delivery.stream] = task
                task.add_done_callback(functools.partial(self._done, delivery.stream))
        if not due and not self._in_flight:
            self._idle.set()
        moment = await self._outbox.next_after(now)
        wait = IDLE_S if moment is None else min(IDLE_S, max(0.0, moment - self._clock()))
        # Not wait_for: in Python 3.11 it swallows a cancellation that comes together with the event, and `close` waits for ever.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._outbox.changed.wait()

    def _done(self, stream: str, task: asyncio.Task[None]) -> None:
        del self._in_flight[stream]
        self._outbox.announce()
        if not task.cancelled() and task.exception() is not None:
            log.error("a callback failed", exc_info=task.exception())

    async def _try(self, delivery: Delivery) -> None:
        try:
            await self._deliver(delivery)
        except StoreError as error:
            log.error("the outcome of callback %d cannot be written: %s", delivery.delivery_id, error)
            await asyncio.sleep(1.0)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            await self._post(delivery)
        except NetworkRefusedError as error:
            await self._outbox.gave_up(delivery.delivery_id, str(error))
            log.warning("callback %d was given up: %s", delivery.delivery_id, error)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError, UnicodeError) as error:
            await self._postpone(delivery, str(error) or type(error).__name__)
        else:
            await self._outbox.delivered(delivery.delivery_id)

    async def _post(self, delivery: Delivery) -> None:
        headers = {"content-type": "application/json", "x-visavis-delivery": str(delivery.delivery_id)}
        async with (
            asyncio.timeout(TIMEOUT_S),
            self._client.stream("POST", delivery.url, content=delivery.payload, headers=headers) as response,
        ):
            # The body is nobody's business: it is not even read.
            if not response.is_success:
                raise httpx.HTTPStatusError(
                    f"the receiver answered {response.status_code}", request=response.request, response=response
                )

    async def _postpone(self, delivery: Delivery, reason: str) -> None:
        wait = self._schedule.wait_after(delivery.attempts + 1)
        if wait is None:
            await self._outbox.gave_up(delivery.delivery_id, reason)
            log.warning("callback %d was given up: %s", delivery.delivery_id, reason)
        else:
            await self._outbox.retry_at(delivery.delivery_id, self._clock() + wait, reason)
