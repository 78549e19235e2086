"""Whether a download may be continued, and whether what a server answers can be right."""

import json
from dataclasses import dataclass

import httpx

from models.durable import discard, write_json
from models.errors import SourceError
from models.sources.wanted import Wanted

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class PassingError(Exception):
    """Something that another try may get past; carries what to say when none does."""


@dataclass(frozen=True, slots=True)
class Body:
    """What an accepted answer carries."""

    start: int
    """The byte of the file at which the body starts."""
    total: int | None
    """Bytes of the whole file, if known."""


def size_here(item: Wanted) -> int:
    """Return how many bytes of a file have been brought so far."""
    try:
        return item.partial.stat().st_size
    except OSError:
        return 0


def is_complete(item: Wanted) -> bool:
    """Whether nothing is left to be brought; only a file whose size is known can tell."""
    return item.file.size_exact and size_here(item) == item.file.size


def resumable(item: Wanted, url: str) -> int:
    """Return how many bytes may be continued, having thrown away what may not.

    They have to come from the same address, and a hash in the end or the server right now must prove that both parts
    belong together.
    """
    have = size_here(item)
    notes = _notes(item)
    provable = item.file.sha256 is not None or notes.get("validator")
    if have and (notes.get("url") != url or not provable or have > item.file.size_limit):
        discard(item.partial, item.notes)
        return 0
    return have


def range_headers(item: Wanted, have: int) -> dict[str, str]:
    """Return the headers that ask for the rest of a file, or for nothing special when `have` is 0."""
    if not have:
        return {}
    validator = _notes(item).get("validator")
    return {"Range": f"bytes={have}-"} | ({"If-Range": validator} if validator else {})


def remember(response: httpx.Response, item: Wanted, url: str) -> None:
    """Note what the rest of the file has to match; raises OSError."""
    etag = response.headers.get("ETag", "")
    # A weak ETag says "about the same", which is not enough to join two halves.
    validator = etag if etag.startswith('"') else response.headers.get("Last-Modified", "")
    write_json(item.notes, {"url": url, "validator": validator})


def accepted(response: httpx.Response, item: Wanted, have: int, label: str) -> Body:
    """Check the head of an answer; raises PassingError or SourceError when its body cannot be what was asked for."""
    status = response.status_code
    said = f"the server answered {status} {response.reason_phrase}".rstrip()
    if status in _PASSING:
        raise PassingError(said)
    if status == 416 and have:
        # What is here is no part of what is there now: begin anew.
        discard(item.partial, item.notes)
        raise PassingError("the server refuses to continue the download")
    if status not in {200, 206} or (status == 206 and not have):
        raise SourceError(f"{label}: {said}")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise SourceError(f"{label}: the server sends a compressed body although none was asked for")
    start = have if status == 206 else 0
    length = _number(response.headers.get("Content-Length"))
    total = None if length is None else start + length
    if status == 206 and not (_same_file(response, item) and _continues(response, have, total)):
        discard(item.partial, item.notes)
        raise PassingError("the server continued the download with something else")
    return Body(start, _plausible(total, response, item, label))


def _plausible(total: int | None, response: httpx.Response, item: Wanted, label: str) -> int | None:
    file = item.file
    if total is None:
        if not file.size_exact and response.headers.get("Transfer-Encoding", "").lower() != "chunked":
            raise SourceError(f"{label}: the server does not say how long the file is, nor does the catalogue")
        return file.size if file.size_exact else None
    if total > file.size_limit or (file.size_exact and total != file.size):
        discard(item.partial, item.notes)
        expected = f"{file.size}" if file.size_exact else f"about {file.size}"
        raise SourceError(f"{label}: the server announces {total} bytes instead of {expected}")
    return total


def _same_file(response: httpx.Response, item: Wanted) -> bool:
    etag, noted = response.headers.get("ETag", ""), _notes(item).get("validator", "")
    return not etag.startswith('"') or not noted.startswith('"') or etag == noted


def _continues(response: httpx.Response, have: int, total: int | None) -> bool:
    unit, _, rest = response.headers.get("Content-Range", "").partition(" ")
    span, _, whole = rest.partition("/")
    first = span.partition("-")[0]
    return unit == "bytes" and first == str(have) and (whole == "*" or total is None or whole == str(total))


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


def _notes(item: Wanted) -> dict[str, str]:
    try:
        values = json.loads(item.notes.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(values, dict):
        return {}
    return {key: value for key, value in values.items() if isinstance(value, str)}
