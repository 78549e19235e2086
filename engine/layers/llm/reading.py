"""An answer that comes over the network, read piece by piece from a worker thread."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

from engine.layers.llm.protocol import Piece

CHECK_S: Final = 0.01
"""Seconds between two looks whether the answer is still wanted: what became useless is cut within 20 ms."""


class Reading:
    """Work on an event loop that gives pieces. The loop need not run between two of them: what comes waits in the socket."""

    def __init__(self, work: Callable[[Callable[[Piece], None]], Coroutine[Any, Any, None]]) -> None:
        """`work` is called with what takes a piece."""
        self._work = work
        self._pieces: deque[Piece] = deque()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def next(self, unwanted: Callable[[], bool]) -> Piece | None:
        """Return the next piece; None once there is none any more, or nobody wants it. Raises what the work raised."""
        if self._task is None:
            self._task = asyncio.create_task(self._work(self._take))
            self._task.add_done_callback(lambda _: self._news.set())
        while not unwanted():
            if self._pieces:
                return self._pieces.popleft()
            if self._task.done():
                self._task.result()
                return None
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_S):
                    await self._news.wait()
        return None

    async def stop(self) -> None:
        """Cut the work, if it is still going on, and wait until it has let go of its connection."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.wait({self._task})
        if not self._task.cancelled():
            # Nobody asks any more what went wrong.
            self._task.exception()

    def _take(self, piece: Piece) -> None:
        self._pieces.append(piece)
        self._news.set()
