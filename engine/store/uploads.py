"""The files behind `/v2/uploads`: `<home>/uploads/<name>`, each written before its row and removed after it."""

import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from engine.store.files import IncomingFile, StoredFile
from engine.store.opening import Store
from engine.store.records import ResourceRecord
from models.durable import discard

FOLDER = "uploads"
INCOMING = "incoming"
_URL_PATH = re.compile(r"/v2/uploads/(?P<upload_id>[a-z0-9]{1,64})/content")
_FILE_NAME = re.compile(r"[0-9a-f]{32}")
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class UploadFolder:
    """Where the files of uploads lie; their names are drawn here and never come from a client."""

    home: Path

    @asynccontextmanager
    async def incoming(self, most_bytes: int) -> AsyncIterator["IncomingUpload"]:
        """Open a file for a new upload; it is gone at the end of the block unless it was kept. Raises what IncomingFile raises."""
        name = secrets.token_hex(16)
        async with IncomingFile(self._folder / INCOMING / name, most_bytes) as file:
            yield IncomingUpload(file, self._folder / name)

    def path(self, record: ResourceRecord) -> Path:
        """Return where the file of an upload lies."""
        name = str(record.fields.get("stored_as", ""))
        return self._folder / (name if _FILE_NAME.fullmatch(name) else "missing")

    async def sweep(self, store: Store) -> int:
        """Remove what a killed process left: partial files, and whole ones whose row was never written; returns how many.

        Only who holds the home folder may do this: it would take the files of a running appliance.
        """
        uploads = await store.uploads.in_status("ready")
        known = {self.path(record) for record in uploads}
        left = [*self._folder.glob(f"{INCOMING}/*"), *(path for path in self._folder.glob("*") if path.is_file())]
        strays = [path for path in left if path not in known]
        discard(*strays)
        return len(strays)

    @property
    def _folder(self) -> Path:
        return self.home / FOLDER


@dataclass(frozen=True, slots=True)
class IncomingUpload:
    """An upload that is being received."""

    file: IncomingFile
    place: Path

    async def keep(self) -> StoredFile:
        """Put the file in its place for good."""
        return await self.file.keep(self.place)


def upload_url(base_url: str, upload_id: str) -> str:
    """Return the URL of an upload's content."""
    return f"{base_url}/v2/uploads/{upload_id}/content"


def upload_of(url: str, base_url: str) -> str | None:
    """Return the id when `url` is that of an upload here, None for every other URL.

    The port may be that of an earlier start: the id, 124 random bits, says whose upload it is.
    """
    try:
        parts, own = urlsplit(url), urlsplit(base_url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or host not in {*_THIS_MACHINE, own.hostname}:
        return None
    path = _URL_PATH.fullmatch(parts.path.removeprefix(own.path.rstrip("/")))
    return path["upload_id"] if path is not None else None


async def resolve_upload(url: str, base_url: str, store: Store) -> Path | None:
    """Return the file of an upload by its URL, without a request; None when the URL is none of an upload that is here."""
    upload_id = upload_of(url, base_url)
    if upload_id is None:
        return None
    record = await store.uploads.get(upload_id)
    if record is None:
        return None
    path = UploadFolder(store.home).path(record)
    return path if path.is_file() else None
