"""Asking a server for one answer: how long it may take, what is tried again, and what each kind of failure is called."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import httpx

from engine.layers.llm.chat_completions import LONGEST_LINE, AnswerStream
from engine.layers.llm.protocol import Piece
from engine.layers.llm.remote_errors import RemoteFailure, RemoteModelError
from engine.layers.llm.remote_settings import FIELD, RemoteSettings
from engine.network import NetworkRefusedError

log = logging.getLogger(__name__)

FIRST_TOKEN_S: Final = 8.0
"""Seconds from the request to the first token of an answer; whoever speaks with somebody waits no longer."""
SECOND_TRY_S: Final = 4.0
"""The same for the second try: people have waited before it."""
STALLED_S: Final = 8.0
"""Seconds between two events of an answer that has begun."""
LONGEST_RETRY_AFTER_S: Final = 2.0
"""Seconds that a server may ask to wait before the second try; one that asks for more is not asked again."""
PAUSE_S: Final = 0.25
"""Seconds before the second try where the server names none."""
KNOCK_S: Final = 3.0
"""Seconds for opening a connection ahead of the first turn."""
LINGER_S: Final = 0.1
"""Seconds for the end of the stream once the answer is complete: only then the connection can serve the next one."""
LONGEST_REASON: Final = 1 << 16
"""Bytes that are read of the body of an error."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer may take, in seconds."""

    first_token_s: float = FIRST_TOKEN_S
    second_try_s: float = SECOND_TRY_S
    stalled_s: float = STALLED_S


async def ask(
    client: httpx.AsyncClient,
    settings: RemoteSettings,
    body: bytes,
    patience: Patience,
    take: Callable[[Piece], None],
) -> None:
    """Ask for an answer and hand on its pieces as they come; returns when it is complete.

    It is asked for once more when nothing came, and that may change. Raises RemoteModelError.
    """
    came = False

    def pass_on(piece: Piece) -> None:
        nonlocal came
        came = True
        take(piece)

    try:
        await _attempt(client, settings, body, patience.first_token_s, patience.stalled_s, pass_on)
    except RemoteModelError as error:
        if came or error.retry_after_s is None:
            raise
        log.info("%s; asking once more", error)
        pause_s = error.retry_after_s
    else:
        return
    await asyncio.sleep(pause_s)
    await _attempt(client, settings, body, patience.second_try_s, patience.stalled_s, pass_on)


async def knock(client: httpx.AsyncClient, settings: RemoteSettings) -> None:
    """Open the connection by asking for the list of models, of which only the head is read: that costs no token.

    What goes wrong is logged; the first answer meets the same trouble.
    """
    try:
        async with asyncio.timeout(KNOCK_S), _failures_told(settings, lambda: False):
            response = await client.head(settings.url("/models"), headers=settings.request_headers())
    except TimeoutError:
        log.warning("the language model at %s was not reached in %g s", settings.server, KNOCK_S)
    except RemoteModelError as error:
        log.warning("%s", error)
    else:
        if response.status_code in (401, 403):
            log.warning("%s", _refused_key(settings, response.status_code))


async def _attempt(
    client: httpx.AsyncClient,
    settings: RemoteSettings,
    body: bytes,
    first_token_s: float,
    stalled_s: float,
    take: Callable[[Piece], None],
) -> None:
    stream = AnswerStream(settings.server, settings.quoted)
    loop = asyncio.get_running_loop()
    try:
        async with (
            asyncio.timeout(first_token_s) as limit,
            _failures_told(settings, lambda: stream.events > 0),
            client.stream("POST", settings.url(), content=body, headers=settings.request_headers()) as response,
        ):
            await _check(response, settings)
            if response.headers.get("content-type", "").lower().startswith("application/json"):
                for piece in stream.whole(await _beginning(response, LONGEST_LINE)):
                    take(piece)
            else:
                async for data in response.aiter_raw():
                    events, finished = stream.events, stream.finished
                    for piece in stream.feed(data):
                        take(piece)
                    if stream.finished and not finished:
                        limit.reschedule(loop.time() + LINGER_S)
                    elif stream.events > events and not finished:
                        limit.reschedule(loop.time() + stalled_s)
    except TimeoutError:
        if not stream.finished:
            raise _timed_out(settings, stream, first_token_s, stalled_s) from None
    except RemoteModelError as error:
        # The answer was there; how its connection ended does not matter.
        if not stream.finished or error.failure is not RemoteFailure.BROKEN_OFF:
            raise
    for piece in stream.end():
        take(piece)
    if stream.nonsense or stream.left_out:
        told = "%d lines of the language model at %s could not be read, %d calls of tools were incomplete"
        log.warning(told, stream.nonsense, settings.server, stream.left_out)


@asynccontextmanager
async def _failures_told(settings: RemoteSettings, begun: Callable[[], bool]) -> AsyncIterator[None]:
    """Turn what goes wrong on the way into a RemoteModelError; the texts of libraries, which may quote headers, stay out of it."""
    server = settings.server
    try:
        yield
    except NetworkRefusedError as error:
        raise RemoteModelError(
            RemoteFailure.UNREACHABLE, server, f"may not be reached: {settings.quoted(str(error))}"
        ) from None
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        reason = f"cannot be reached ({settings.quoted(str(error))})"
        raise RemoteModelError(RemoteFailure.UNREACHABLE, server, reason, retry_after_s=PAUSE_S) from None
    except httpx.LocalProtocolError:
        reason = f"cannot be asked: {FIELD}.headers or default_query hold what HTTP does not carry"
        raise RemoteModelError(RemoteFailure.REFUSED, server, reason) from None
    except (httpx.HTTPError, OSError) as error:
        if isinstance(error, TimeoutError):
            raise
        reason = f"broke the connection off ({type(error).__name__})"
        if begun():
            raise RemoteModelError(RemoteFailure.BROKEN_OFF, server, reason) from None
        # An open connection that the server has closed in the meantime shows only now: at once another one is tried.
        raise RemoteModelError(RemoteFailure.UNREACHABLE, server, reason, retry_after_s=0.0) from None


async def _check(response: httpx.Response, settings: RemoteSettings) -> None:
    """Raise RemoteModelError unless an answer follows."""
    status, server = response.status_code, settings.server
    if status == 200 and response.headers.get("content-encoding", "identity").lower() != "identity":
        raise RemoteModelError(RemoteFailure.GARBAGE, server, "packs its answer, though it was asked for a plain one")
    if status == 200:
        return
    if status in (401, 403):
        raise _refused_key(settings, status)
    told = settings.quoted((await _beginning(response, LONGEST_REASON)).decode("utf-8", "replace"))
    if status in (408, 429) or status >= 500:
        failure = RemoteFailure.TIMED_OUT if status == 408 else RemoteFailure.OVERLOADED
        pause_s = _retry_after_s(response.headers.get("retry-after", ""))
        raise RemoteModelError(failure, server, f"does not manage: {status} {told}", retry_after_s=pause_s)
    if 300 <= status < 400:
        reason = f"leads elsewhere ({status}): {FIELD}.base_url has to name the place itself"
        raise RemoteModelError(RemoteFailure.REFUSED, server, reason)
    if 400 <= status < 500:
        reason = f"refuses the request: {status} {told}; see {FIELD}.base_url, model and extra_body"
        raise RemoteModelError(RemoteFailure.REFUSED, server, reason)
    raise RemoteModelError(RemoteFailure.GARBAGE, server, f"answers {status} instead of 200")


def _refused_key(settings: RemoteSettings, status: int) -> RemoteModelError:
    reason = f"does not let the request in ({status}): see {FIELD}.api_key"
    return RemoteModelError(RemoteFailure.REFUSED, settings.server, reason)


def _retry_after_s(asked: str) -> float | None:
    """Return the pause before another try; None where the server wants a longer one, or names a date."""
    if not asked:
        return PAUSE_S
    seconds = float(asked) if asked.isdecimal() and len(asked) < 9 else LONGEST_RETRY_AFTER_S + 1
    return seconds if seconds <= LONGEST_RETRY_AFTER_S else None


def _timed_out(
    settings: RemoteSettings, stream: AnswerStream, first_token_s: float, stalled_s: float
) -> RemoteModelError:
    if stream.events:
        reason = f"said nothing more for {stalled_s:g} s in the midst of an answer"
        return RemoteModelError(RemoteFailure.BROKEN_OFF, settings.server, reason)
    reason = f"did not begin to answer in {first_token_s:g} s"
    return RemoteModelError(RemoteFailure.TIMED_OUT, settings.server, reason, retry_after_s=0.0)


async def _beginning(response: httpx.Response, most: int) -> bytes:
    """Return at most the first `most` bytes of a body."""
    body = bytearray()
    async for data in response.aiter_raw():
        body += data
        if len(body) >= most:
            break
    return bytes(body[:most])
