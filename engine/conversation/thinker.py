"""The language model of one call: its key-value cache and the one thread that may touch it."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from engine.conversation.answer import WriteText
from engine.layers.cancel import CancelToken
from engine.layers.llm.protocol import ChatModel, ChatSession, Message, Piece, Sampling
from engine.ranks import Rank, ranked_threads

log = logging.getLogger(__name__)


class Thinker:
    """Writes answers. Work queues up in one thread, so a cancelled answer has always left the cache before the next one enters it."""

    def __init__(self, session: ChatSession, thread: ThreadPoolExecutor, sampling: Sampling) -> None:
        self.thread = thread
        self._session = session
        self._sampling = sampling
        self._warming: CancelToken | None = None

    @classmethod
    async def open(cls, model: ChatModel, sampling: Sampling) -> "Thinker":
        """Open a session in a thread of its own."""
        thread = ranked_threads("llm", Rank.THINKING)
        opening = thread.submit(model.open_session)
        try:
            session = await asyncio.wrap_future(opening)
        except BaseException:
            # Whoever asked may be gone by now: what was opened for them all the same is closed.
            opening.add_done_callback(_close_again)
            thread.shutdown(wait=False)
            raise
        return cls(session, thread, sampling)

    def writer(self, messages: Sequence[Message]) -> WriteText:
        """Return the function that writes the answer to `messages`; what was being warmed up yields to it."""
        if self._warming is not None:
            self._warming.cancel()

        def write(cancel: CancelToken) -> Iterator[Piece]:
            return self._session.generate(messages, self._sampling, cancel)

        return write

    def warm(self, messages: Sequence[Message]) -> None:
        """Evaluate a prompt in the background, so that the next answer begins at once."""
        if self._warming is not None:
            self._warming.cancel()
        cancel = self._warming = CancelToken()

        def prefill() -> None:
            if not cancel.cancelled:
                try:
                    self._session.prefill(messages, cancel)
                except Exception:
                    # The answer itself will meet the same trouble and report it.
                    log.exception("warming the prompt failed")

        self.thread.submit(prefill)

    async def close(self) -> None:
        """Free the cache once the thread has finished what it is at."""
        if self._warming is not None:
            self._warming.cancel()
        try:
            await asyncio.get_running_loop().run_in_executor(self.thread, self._session.close)
        finally:
            self.thread.shutdown(wait=False)


def begins_early(llm: Mapping[str, Any]) -> bool:
    """Whether a persona with this `layers.llm` has answers begun before people have finished (seed: Large Language Model)."""
    return str(llm.get("speculative_inference")).strip().lower() != "false"


def _close_again(opening: Future[ChatSession]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
