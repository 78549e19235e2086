"""Delivers the outbox: at least once, in order within a stream, again and again until it works or a day has passed."""

import asyncio
import contextlib
import functools
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from engine.network import NetworkPolicy, NetworkRefusedError, Reach, Resolver, open_client, resolve
from engine.store.errors import StoreError
from engine.store.outbox import Delivery, Outbox
from engine.webhooks.pruning import prune_for_ever
from engine.webhooks.schedule import RetrySchedule, retry_after
from engine.webhooks.signing import Signer

log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
"""For one try, from the connection to the answer's status."""
AT_ONCE = 16
"""Streams served side by side."""
PER_RECEIVER = 4
"""Of these, at one receiver: a dead one leaves room for the others."""
REPETITIONS = 8
"""Of these, with callbacks that failed before: many dead receivers leave room too."""
STORE_PAUSE_S = 1.0
"""Seconds until the store is asked again after it failed."""
LOOK_AGAIN_S = 5.0
"""The command line in another process queues without a word."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one try."""

    status: int | None
    """Of the answer, when there was one."""
    error: str = ""
    """Empty: it arrived."""
    final: bool = False
    """Trying again changes nothing."""
    asked_s: float = 0.0
    """The wait that the receiver asked for."""


class WebhookDelivery:
    """A task that empties the outbox while the appliance runs; what it did not manage waits in SQLite for the next start."""

    def __init__(
        self,
        outbox: Outbox,
        policy: NetworkPolicy,
        signer: Signer,
        *,
        schedule: RetrySchedule | None = None,
        clock: Callable[[], float] = time.time,
        resolver: Resolver = resolve,
        look_again_s: float = LOOK_AGAIN_S,
    ) -> None:
        self._outbox = outbox
        self._signer = signer
        self._schedule = schedule or RetrySchedule()
        self._clock = clock
        self._look_again_s = look_again_s
        self._client = open_client(policy, Reach.PUBLIC_AND_LOOPBACK, timeout=TIMEOUT_S, resolver=resolver)
        self._tasks: list[asyncio.Task[None]] = []
        self._in_flight: dict[str, tuple[Delivery, asyncio.Task[None]]] = {}
        self._idle = asyncio.Event()

    def start(self) -> None:
        """Begin to deliver; on the event loop."""
        self._tasks = [
            asyncio.create_task(self._run(), name="webhooks"),
            asyncio.create_task(prune_for_ever(self._outbox), name="webhooks-pruning"),
        ]

    @property
    def alive(self) -> bool:
        """Whether it delivers: it was started, has not been closed and has not failed."""
        return bool(self._tasks) and not self._tasks[0].done()

    async def close(self) -> None:
        """Stop; a try in flight is cut and repeated at the next start."""
        tasks = [*self._tasks, *(task for _, task in self._in_flight.values())]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._tasks = []
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
                await asyncio.sleep(STORE_PAUSE_S)
            except Exception:
                # One row that cannot be read must not end the deliveries of all others for good.
                log.exception("the outbox cannot be served")
                await asyncio.sleep(STORE_PAUSE_S)

    async def _deliver_due(self) -> None:
        self._outbox.changed.clear()
        now = self._clock()
        # A try that ends while the query runs may still be in its result: its stream waits for the next round.
        busy = list(self._in_flight)
        at_receiver = Counter(delivery.receiver for delivery, _ in self._in_flight.values())
        full = [receiver for receiver, tries in at_receiver.items() if tries >= PER_RECEIVER]
        due = await self._outbox.due(now, AT_ONCE, per_receiver=PER_RECEIVER, without=busy, past=full)
        for delivery in due:
            if self._has_room(delivery):
                task = asyncio.create_task(self._try(delivery), name=f"webhook {delivery.delivery_id}")
                self._in_flight[delivery.stream] = delivery, task
                task.add_done_callback(functools.partial(self._done, delivery.stream))
        if not due and not self._in_flight:
            self._idle.set()
        moment = await self._outbox.next_after(now)
        wait = self._look_again_s if moment is None else min(self._look_again_s, max(0.0, moment - self._clock()))
        # Not wait_for: in Python 3.11 it swallows a cancellation that comes together with the event, and `close` waits for ever.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._outbox.changed.wait()

    def _has_room(self, delivery: Delivery) -> bool:
        under_way = [running for running, _ in self._in_flight.values()]
        return (
            len(under_way) < AT_ONCE
            and sum(running.receiver == delivery.receiver for running in under_way) < PER_RECEIVER
            and (delivery.attempts == 0 or sum(running.attempts > 0 for running in under_way) < REPETITIONS)
        )

    def _done(self, stream: str, task: asyncio.Task[None]) -> None:
        del self._in_flight[stream]
        self._outbox.announce()
        if not task.cancelled() and task.exception() is not None:
            log.error("a callback failed", exc_info=task.exception())

    async def _try(self, delivery: Delivery) -> None:
        outcome = await self._post(delivery)
        try:
            await self._note(delivery, outcome)
        except StoreError as error:
            log.error("the outcome of callback %d cannot be written: %s", delivery.delivery_id, error)
            await asyncio.sleep(STORE_PAUSE_S)

    async def _post(self, delivery: Delivery) -> _Outcome:
        try:
            body = delivery.payload.encode()
            headers = self._headers(delivery, body)
            async with (
                asyncio.timeout(TIMEOUT_S),
                self._client.stream("POST", delivery.url, content=body, headers=headers) as response,
            ):
                # The body is nobody's business: it is not even read.
                return self._judge(response)
        except NetworkRefusedError as error:
            return _Outcome(None, str(error), final=True)
        except (TimeoutError, httpx.TimeoutException):
            return _Outcome(None, f"no answer within {TIMEOUT_S:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            return _Outcome(None, str(error) or type(error).__name__)
        except Exception as error:
            # Noted like every other failure: without an outcome it would be tried again at once, and for ever.
            log.exception("callback %d could not be sent", delivery.delivery_id)
            return _Outcome(None, type(error).__name__)

    def _headers(self, delivery: Delivery, body: bytes) -> dict[str, str]:
        return {
            "content-type": "application/json",
            "x-visavis-delivery": str(delivery.delivery_id),
            **self._signer.headers(delivery.webhook_id, self._clock(), body),
        }

    def _judge(self, response: httpx.Response) -> _Outcome:
        status = response.status_code
        if response.is_success:
            return _Outcome(status)
        error = f"the receiver answered {status}"
        if response.is_redirect:
            error += "; redirects are not followed"
        asked_s = retry_after(response.headers.get("retry-after", ""), self._clock())
        return _Outcome(status, error, final=status == HTTPStatus.GONE, asked_s=asked_s)

    async def _note(self, delivery: Delivery, outcome: _Outcome) -> None:
        if not outcome.error:
            await self._outbox.delivered(delivery.delivery_id, outcome.status or HTTPStatus.OK)
            return
        wait = None if outcome.final else self._schedule.wait_after(delivery.attempts + 1, outcome.asked_s)
        if wait is None:
            await self._outbox.gave_up(delivery.delivery_id, outcome.error, outcome.status)
            log.warning("callback %d was given up: %s", delivery.delivery_id, outcome.error)
        else:
            await self._outbox.retry_at(delivery.delivery_id, self._clock() + wait, outcome.error, outcome.status)
