"""Signed requests to an S3-compatible endpoint: through the gate, read within bounds, and again when a failure may pass."""

import asyncio
import html
import re
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from engine.fetching import read_limited
from engine.network import NetworkPolicy, Reach, Resolver, open_client, resolve
from engine.recording.signatures import Credentials, Service, signed
from engine.recording.storage import StorageError

STEP_S: Final = 60.0
"""Seconds for each step of a request; an endpoint may take its time to put parts together."""
_LONGEST_ANSWER: Final = 1 << 16
_AGAIN: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS, *range(500, 600)})
_AGAIN_CODES: Final = frozenset({"RequestTimeout", "SlowDown", "InternalError"})


@dataclass(frozen=True, slots=True)
class Patience:
    """How often, and after what waits (drawn by chance, twice as long each time), a request is repeated."""

    first_s: float = 1.0
    longest_s: float = 60.0
    attempts: int = 10


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked."""

    method: str
    url: str
    body: bytes = b""
    content_type: str = "application/octet-stream"
    service: Service = Service.OBJECTS


@dataclass(frozen=True, slots=True)
class Answer:
    """What the endpoint said when it did it."""

    headers: Mapping[str, str]
    text: str
    """XML, or nothing."""

    def element(self, name: str) -> str:
        """Return the text of an element. Raises StorageError when there is none."""
        found = _element(self.text, name)
        if not found:
            raise StorageError(f"the endpoint's answer has no {name}")
        return found


class TryAgainError(StorageError):
    """The endpoint has failed in a way that may pass."""


class SignedRequests:
    """Asks one endpoint."""

    def __init__(
        self, policy: NetworkPolicy, *, region: str, patience: Patience | None = None, resolver: Resolver = resolve
    ) -> None:
        self._policy = policy
        self._region = region
        self._patience = patience or Patience()
        self._resolver = resolver

    def client(self) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        """Open a client for `ask`. An object store in a private network, this machine included, must be in the allow-list."""
        return open_client(self._policy, Reach.PUBLIC, timeout=STEP_S, resolver=self._resolver)

    async def ask(self, client: httpx.AsyncClient, request: Request, who: Credentials) -> Answer:
        """Ask until it works. Raises StorageError, NetworkRefusedError."""
        patience = self._patience
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(TryAgainError),
            wait=wait_random_exponential(multiplier=patience.first_s, max=patience.longest_s),
            stop=stop_after_attempt(patience.attempts),
            reraise=True,
        )
        return await retrying(self.ask_once, client, request, who)

    async def ask_once(self, client: httpx.AsyncClient, request: Request, who: Credentials) -> Answer:
        """Ask once. Raises TryAgainError, StorageError, NetworkRefusedError."""
        # Signed anew for each try: a signature is good for a quarter of an hour. A part's hash takes the time of several sound ticks.
        headers = await asyncio.to_thread(
            signed,
            request.method,
            request.url,
            request.body,
            who,
            region=self._region,
            service=request.service,
            headers={"content-type": request.content_type},
        )
        try:
            async with client.stream(request.method, request.url, content=request.body, headers=headers) as response:
                text = (await read_limited(response, _LONGEST_ANSWER)).decode("utf-8", "replace")
                _judge(response, text)
                return Answer(response.headers, text)
        except httpx.HTTPError as error:
            raise TryAgainError(f"{httpx.URL(request.url).host}: {error or type(error).__name__}") from error


def _judge(response: httpx.Response, text: str) -> None:
    """Raise StorageError unless the endpoint did what it was asked for. It may say 200 before it knows that it fails."""
    if response.is_success and "<Error>" not in text:
        return
    code = _element(text, "Code")
    error = f"{response.url.host} answered {response.status_code} {code}".rstrip()
    passing = response.is_success or response.status_code in _AGAIN or code in _AGAIN_CODES
    raise TryAgainError(error) if passing else StorageError(error)


def _element(text: str, name: str) -> str:
    found = re.search(rf"<{name}>([^<]*)</{name}>", text)
    return html.unescape(found[1]).strip() if found else ""
