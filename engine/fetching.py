"""Bodies from outside: bounded in size once unpacked, bounded in time, streamed to the disk."""

import asyncio
import secrets
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from engine.errors import InvalidInputError, VisavisError
from engine.network import NetworkPolicy, NetworkRefusedError, Reach, Resolver, check_url, open_client, resolve
from engine.store.files import FileTooLargeError, IncomingFile, StoredFile

MOST_REDIRECTS = 5
STEP_S = 15.0
"""Seconds for each step: resolving and connecting, the head, each piece of the body."""
PARTIAL_SUFFIX = ".partial"
"""Of what a killed process may leave beside the wanted file."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PIECE = 1 << 16


class FetchError(VisavisError):
    """A URL may be reached and did not give a file; the text names the host and the reason."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was fetched."""

    path: Path
    size: int
    """Bytes, unpacked."""
    content_type: str
    """As the server said, without parameters; empty when it said nothing."""
    sha256: str
    url: str
    """Where it was found, redirects followed."""


async def fetch_to_file(
    policy: NetworkPolicy,
    url: str,
    place: Path,
    *,
    most_bytes: int,
    limit_s: float,
    resolver: Resolver = resolve,
) -> Fetched:
    """Fetch `url` into the file `place`, which is there whole or not at all, in `limit_s` seconds at most.

    Raises NetworkRefusedError (the policy), FetchError (everything else on the way), FileTooLargeError, DiskFullError, OSError.
    """
    host = urlsplit(url).hostname or "the host"
    partial = place.with_name(f".{place.name}.{secrets.token_hex(4)}{PARTIAL_SUFFIX}")
    try:
        async with (
            asyncio.timeout(limit_s),
            open_client(policy, Reach.PUBLIC, timeout=min(STEP_S, limit_s), resolver=resolver) as client,
            _found(client, url) as response,
            IncomingFile(partial, most_bytes) as file,
        ):
            stored = await _store(response, file, place, most_bytes)
            content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            return Fetched(place, stored.size, content_type, stored.sha256, str(response.url))
    except TimeoutError:
        raise FetchError(f"{host} did not give the file in {limit_s:g} s") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchError(f"{host}: {error or type(error).__name__}") from error


async def read_limited(response: httpx.Response, most: int) -> bytes:
    """Return the body of a streamed response. Raises NetworkRefusedError once it is longer than `most` bytes, unpacked."""
    body = bytearray()
    async for piece in unpacked(response):
        body += piece
        if len(body) > most:
            raise NetworkRefusedError(f"{response.url.host} sent more than {most} bytes")
    return bytes(body)


async def unpacked(response: httpx.Response) -> AsyncIterator[bytes]:
    """Yield the body of a streamed response in pieces of bounded size, however well it was packed.

    Raises httpx.DecodingError for what is neither plain, gzip nor deflate.
    """
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing in {"", "identity"}:
        async for piece in response.aiter_raw(_PIECE):
            yield piece
        return
    if packing not in {"gzip", "x-gzip", "deflate"}:
        raise httpx.DecodingError(f"the body is packed as {packing[:40]!r}", request=response.request)
    decoder = _decoder()
    try:
        async for raw in response.aiter_raw(_PIECE):
            rest = raw
            while rest:
                if decoder.eof:
                    decoder = _decoder()
                yield decoder.decompress(rest, _PIECE)
                rest = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
        while not decoder.eof and (piece := decoder.decompress(decoder.unconsumed_tail, _PIECE)):
            yield piece
    except zlib.error as error:
        raise httpx.DecodingError(f"the body cannot be unpacked: {error}", request=response.request) from error
    if not decoder.eof:
        raise httpx.DecodingError("the packed body ends too early", request=response.request)


def _decoder() -> "zlib._Decompress":
    # 32: finds out by itself whether gzip or zlib.
    return zlib.decompressobj(zlib.MAX_WBITS | 32)


@asynccontextmanager
async def _found(client: httpx.AsyncClient, url: str) -> AsyncIterator[httpx.Response]:
    """Follow redirects, each checked as the first URL was, and give the answer that is none."""
    for _ in range(MOST_REDIRECTS + 1):
        request = client.build_request("GET", _checked(url), headers={"accept-encoding": "identity"})
        response = await client.send(request, stream=True)
        try:
            if response.status_code not in _REDIRECTS or "location" not in response.headers:
                yield response
                return
            target = response.url.join(response.headers["location"])
            if response.url.scheme == "https" and target.scheme != "https":
                raise NetworkRefusedError(f"{response.url.host} leads from https to {target.scheme}")
            url = str(target)
        finally:
            await response.aclose()
    raise FetchError(f"{urlsplit(url).hostname} redirects more than {MOST_REDIRECTS} times")


def _checked(url: str) -> str:
    try:
        return check_url("url", url)
    except InvalidInputError:
        raise NetworkRefusedError("only plain http:// and https:// URLs are fetched, also after a redirect") from None


async def _store(response: httpx.Response, file: IncomingFile, place: Path, most_bytes: int) -> StoredFile:
    if response.status_code != 200:
        raise FetchError(f"{response.url.host} answered {response.status_code}")
    told = response.headers.get("content-length", "")
    if told.isdecimal() and int(told) > most_bytes:
        raise FileTooLargeError(most_bytes)
    async for piece in unpacked(response):
        await file.write(piece)
    return await file.keep(place)
