"""The model hub over HTTP: ranges, retries, and no trust in what the server says."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin, urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from models.catalogue import HubSource
from models.durable import discard
from models.errors import SourceError
from models.sources.resuming import (
    Body,
    PassingError,
    accepted,
    is_complete,
    range_headers,
    remember,
    resumable,
    size_here,
)
from models.sources.wanted import Report, Wanted

DEFAULT_HUB_URL = "https://huggingface.co"

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GATED = frozenset({401, 403})
_MOST_REDIRECTS = 6
_HEADERS = {"Accept-Encoding": "identity", "User-Agent": "visavis"}


def allow_all(url: str) -> bool:
    """Let every request out; the engine puts its own gate here."""
    return bool(url)


@dataclass(frozen=True, slots=True)
class HubFetcher:
    """Downloads files of a hub repository and continues where an earlier download ended."""

    base_url: str = DEFAULT_HUB_URL
    """https, or plain http on this machine."""
    token: str = field(default="", repr=False)
    """Of a person who accepted the terms of gated repositories; sent to the hub itself, never to where it redirects."""
    allowed: Callable[[str], bool] = allow_all
    """Asked before each request, redirects included."""
    connect_timeout: float = 10.0
    """Seconds."""
    read_timeout: float = 30.0
    """Seconds without a byte after which a connection is given up."""
    attempts: int = 5
    """Tries in a row that bring no byte before the source is given up."""
    longest_wait: float = 20.0
    """Seconds between two tries at most."""

    def fetch(self, source: HubSource, wanted: Sequence[Wanted], report: Report) -> Iterator[Wanted]:
        """Bring each wanted file to its place and yield it when it is whole.

        Raises SourceError, or OSError when writing fails.
        """
        for item in wanted:
            self._fetch_one(source, item, report)
            yield item

    def url(self, source: HubSource, path: str) -> str:
        """Return the address of a file in a repository; raises SourceError when the hub may not be asked."""
        url = f"{self.base_url.rstrip('/')}/{source.repository}/resolve/{quote(source.revision)}/{quote(path)}"
        _refuse_unsafe(url, source)
        return url

    def _how_to_enter(self, source: HubSource) -> str:
        page = f"{self.base_url.rstrip('/')}/{source.repository}"
        return f"accept the terms on {page}, then set HF_TOKEN to a token of yours, or download the files and pull --from FOLDER"

    def _is_hub(self, url: str) -> bool:
        here, hub = urlsplit(url), urlsplit(self.base_url)
        return (here.scheme, here.netloc) == (hub.scheme, hub.netloc)

    def _fetch_one(self, source: HubSource, item: Wanted, report: Report) -> None:
        url = self.url(source, source.files[item.file.path])
        retrying = Retrying(
            retry=retry_if_exception_type(PassingError),
            wait=wait_random_exponential(multiplier=0.5, max=self.longest_wait),
            stop=_WithoutProgress(item, self.attempts),
            reraise=True,
        )
        # A proxy is for the way out, not for a hub on this machine.
        proxies = urlsplit(url).hostname not in _LOOPBACK
        timeout = httpx.Timeout(self.read_timeout, connect=self.connect_timeout)
        try:
            with httpx.Client(timeout=timeout, trust_env=proxies) as client:
                retrying(self._attempt, client, source, url, item, report)
        except PassingError as error:
            raise SourceError(f"{source.label}: {item.file.path}: {error}") from error

    def _attempt(self, client: httpx.Client, source: HubSource, url: str, item: Wanted, report: Report) -> None:
        have = resumable(item, url)
        if have and is_complete(item):
            return
        label = f"{source.label}: {item.file.path}"
        headers = _HEADERS | range_headers(item, have)
        try:
            with self._opened(client, source, url, headers) as response:
                if response.status_code in _GATED:
                    raise SourceError(
                        f"{label}: the server answered {response.status_code}; {self._how_to_enter(source)}"
                    )
                body = accepted(response, item, have, label)
                if not body.start:
                    # Before the notes: they must never vouch for bytes of an earlier answer.
                    discard(item.partial)
                remember(response, item, url)
                _write(response, item, body, label, report)
        except httpx.InvalidURL as error:
            raise SourceError(f"{label}: the hub URL is not valid ({error})") from error
        except (httpx.TransportError, httpx.StreamError) as error:
            raise PassingError(f"the connection failed ({type(error).__name__}: {error or 'no reason'})") from error

    @contextmanager
    def _opened(
        self, client: httpx.Client, source: HubSource, url: str, headers: dict[str, str]
    ) -> Iterator[httpx.Response]:
        for _ in range(_MOST_REDIRECTS):
            if not self.allowed(url):
                raise SourceError(f"{source.label}: {urlsplit(url).hostname} may not be reached (network policy)")
            known = headers | {"Authorization": f"Bearer {self.token}"} if self.token and self._is_hub(url) else headers
            with client.stream("GET", url, headers=known, follow_redirects=False) as response:
                if response.status_code not in _REDIRECTS:
                    yield response
                    return
                location = response.headers.get("Location", "")
            url = _redirected(url, location, source)
        raise SourceError(f"{source.label}: more than {_MOST_REDIRECTS} redirects")


class _WithoutProgress:
    """Stops retrying after so many tries in a row that came no further."""

    def __init__(self, item: Wanted, attempts: int) -> None:
        self._item = item
        self._attempts = attempts
        self._furthest = size_here(item)
        self._vain = 0

    def __call__(self, state: RetryCallState) -> bool:
        size = size_here(self._item)
        self._vain = 0 if size > self._furthest else self._vain + 1
        self._furthest = max(size, self._furthest)
        return self._vain >= self._attempts


def _redirected(url: str, location: str, source: HubSource) -> str:
    try:
        target = urljoin(url, location)
    except ValueError as error:
        raise SourceError(f"{source.label}: redirect to {location!r} is not a valid URL") from error
    _refuse_unsafe(target, source, coming_from=url)
    return target


def _refuse_unsafe(url: str, source: HubSource, coming_from: str = "") -> None:
    """Let https pass, and plain http to this machine: from outside nothing leads there."""
    what = "redirect to" if coming_from else "hub URL"
    try:
        parts, origin = urlsplit(url), urlsplit(coming_from)
        host = parts.hostname
    except ValueError as error:
        raise SourceError(f"{source.label}: {what} {url!r} is not a valid URL") from error
    if parts.scheme == "https" and host:
        return
    same_server = not coming_from or (origin.scheme, origin.netloc) == (parts.scheme, parts.netloc)
    if parts.scheme == "http" and host in _LOOPBACK and same_server:
        return
    shown = f"{parts.scheme}://{parts.netloc}"
    raise SourceError(f"{source.label}: {what} {shown!r} is not accepted; https is, or http on this machine")


def _write(response: httpx.Response, item: Wanted, body: Body, label: str, report: Report) -> None:
    limit = item.file.size if item.file.size_exact else item.file.size_limit
    done = body.start
    with item.partial.open("r+b" if body.start else "wb") as target:
        target.seek(body.start)
        report(item.file.path, done, body.total)
        # As the pieces come: what waits to fill a chunk would be lost when the connection breaks.
        for chunk in response.iter_raw():
            done += len(chunk)
            if done > limit:
                target.close()
                discard(item.partial, item.notes)
                raise SourceError(f"{label}: the server sends more than {limit} bytes")
            target.write(chunk)
            report(item.file.path, done, body.total)
        target.flush()
        os.fsync(target.fileno())
    if body.total is not None and done != body.total:
        raise PassingError(f"the server stopped after {done} of {body.total} bytes")
