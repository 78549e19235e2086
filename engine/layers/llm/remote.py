"""Chat models on servers that speak the protocol of OpenAI's chat completions (seed: Large Language Model)."""

import asyncio
import ipaddress
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, Final, TypeVar

import httpx

from engine.errors import InvalidInputError
from engine.layers.cancel import CancelToken
from engine.layers.llm.context_window import ContextWindow
from engine.layers.llm.kept_connection import open_kept_client
from engine.layers.llm.protocol import Message, Piece, Sampling
from engine.layers.llm.reading import Reading
from engine.layers.llm.remote_answer import Patience, ask, knock
from engine.layers.llm.remote_settings import FIELD, RemoteSettings
from engine.network import NetworkPolicy, NetworkRefusedError, Reach, Resolver, resolve

Outcome = TypeVar("Outcome")

CONTEXT: Final = 32_000
"""Tokens of a prompt, counted as four characters each (seed: Large Language Model); nothing tells what a server really takes."""
STILL_WARM_S: Final = 10.0
"""Seconds after an exchange within which the connection counts as open."""


class RemoteChatModel:
    """A `ChatModel` on a server. Nothing is sent before a session is used."""

    def __init__(
        self,
        settings: RemoteSettings,
        policy: NetworkPolicy,
        *,
        patience: Patience | None = None,
        resolver: Resolver = resolve,
    ) -> None:
        """Raises InvalidInputError for an address that the policy refuses; where a name leads is checked with each request."""
        _check_address(settings.host, policy)
        self.name = settings.model or settings.server
        self._settings = settings
        self._policy = policy
        self._patience = patience or Patience()
        self._resolver = resolver

    def open_session(self) -> "RemoteSession":
        """Open a session with a connection of its own."""
        return RemoteSession(
            self._settings,
            lambda: open_kept_client(self._settings.host, self._policy, self._resolver),
            self._patience,
        )

    def close(self) -> None:
        """Do nothing: what is open belongs to the sessions."""


class RemoteSession:
    """A `ChatSession`. Its event loop runs in the thread that uses it, which must not run another one, and only while it does."""

    def __init__(
        self, settings: RemoteSettings, open_client: Callable[[], httpx.AsyncClient], patience: Patience
    ) -> None:
        self._settings = settings
        self._open_client = open_client
        self._patience = patience
        self._window = ContextWindow(CONTEXT, _tokens)
        self._lock = threading.Lock()
        self._runner: asyncio.Runner | None = None
        self._client: httpx.AsyncClient | None = None
        self._used = -STILL_WARM_S
        self._closed = False

    def prefill(self, messages: Sequence[Message], cancel: CancelToken) -> None:
        """Open the connection, unless it was used just now; no token is spent, and what goes wrong is logged alone."""
        if time.monotonic() - self._used < STILL_WARM_S:
            return
        for _ in self._read(lambda client, _: knock(client, self._settings), cancel):
            pass

    def generate(self, messages: Sequence[Message], sampling: Sampling, cancel: CancelToken) -> Iterator[Piece]:
        """Yield the answer as it comes: pieces of text, without white space in front, and calls of tools when it is complete.

        `sampling` is for local models: a persona's `extra_body` tells the server how to draw. Ends when the answer is complete or
        as soon as it is cancelled, its stream closed. Raises RemoteModelError, after the pieces that came.
        """
        body = self._settings.body(self._window.fit(messages))
        return self._read(lambda client, take: ask(client, self._settings, body, self._patience, take), cancel)

    def close(self) -> None:
        """Close the connection; an answer that is still being read ends. Safe to call twice."""
        self._closed = True
        with self._lock:
            runner, client = self._runner, self._client
            self._runner = self._client = None
            if runner is not None:
                if client is not None:
                    runner.run(client.aclose())
                runner.close()

    def _read(
        self,
        work: Callable[[httpx.AsyncClient, Callable[[Piece], None]], Coroutine[Any, Any, None]],
        cancel: CancelToken,
    ) -> Iterator[Piece]:
        reading: Reading | None = None

        async def step() -> Piece | None:
            nonlocal reading
            if self._client is None:
                self._client = self._open_client()
            client = self._client
            if reading is None:
                reading = Reading(lambda take: work(client, take))
            return await reading.next(lambda: self._closed or cancel.cancelled)

        try:
            while not cancel.cancelled and (piece := self._run(step)) is not None:
                yield piece
        finally:
            if reading is not None:
                self._run(reading.stop)
            self._used = time.monotonic()

    def _run(self, work: Callable[[], Coroutine[Any, Any, Outcome]]) -> Outcome | None:
        """Run some of the session's work in this thread; None when there is nothing to run it with any more."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass
        else:
            # A generator that was left alone is collected in any thread; `close` cuts what it read.
            return None
        with self._lock:
            if self._closed:
                return None
            if self._runner is None:
                self._runner = asyncio.Runner()
            return self._runner.run(work())


def _check_address(host: str, policy: NetworkPolicy) -> None:
    try:
        policy.check(host, ipaddress.ip_address(host), Reach.PUBLIC_AND_LOOPBACK)
    except NetworkRefusedError as error:
        raise InvalidInputError(f"{FIELD}.base_url", host, f"a host that may be reached is: {error}") from None
    except ValueError:
        # It is a name.
        return


def _tokens(messages: Sequence[Message]) -> int:
    return sum(len(message.content) // 4 + 4 for message in messages)
