"""Who wants to be told of something."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

MOST_WAITING = 10_000
"""Things that wait for one reader of a stream; beyond that the oldest are lost, which is logged."""

T = TypeVar("T")


class Subscribers(Generic[T]):
    """Callbacks for one kind of news; all on the event loop."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[T], object]] = []

    def __bool__(self) -> bool:
        return bool(self._callbacks)

    def add(self, callback: Callable[[T], object]) -> Callable[[], None]:
        """Tell this callback from now on; return what ends that."""
        self._callbacks.append(callback)

        def end() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return end

    def tell(self, news: T) -> None:
        """Call everyone; one that fails is logged and costs the others nothing."""
        for callback in list(self._callbacks):
            try:
                callback(news)
            except Exception:
                log.exception("a callback of the room client failed")


class Stream(Generic[T]):
    """News for readers who ask for the next one, until it is closed."""

    def __init__(self) -> None:
        self._queues: list[asyncio.Queue[T | None]] = []
        self._closed = False

    def read(self) -> AsyncIterator[T]:
        """Return what comes from now on."""
        queue: asyncio.Queue[T | None] = asyncio.Queue()
        self._queues.append(queue)
        if self._closed:
            queue.put_nowait(None)
        return self._read(queue)

    async def _read(self, queue: "asyncio.Queue[T | None]") -> AsyncIterator[T]:
        try:
            while (news := await queue.get()) is not None:
                yield news
        finally:
            self._queues.remove(queue)

    def put(self, news: T) -> None:
        """Give it to every reader."""
        for queue in self._queues:
            if queue.qsize() >= MOST_WAITING:
                queue.get_nowait()
                log.warning("a reader of the room client is too slow and misses a message")
            queue.put_nowait(news)

    def close(self) -> None:
        """Let the readers end with what they have."""
        self._closed = True
        for queue in self._queues:
            queue.put_nowait(None)
