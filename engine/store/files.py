"""Files that arrive piece by piece: hashed as they come, never in memory, whole on the disk before anybody hears of them."""

import asyncio
import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from engine.errors import VisavisError
from engine.ranks import Rank, ranked_threads
from models.durable import discard, move_durably

Result = TypeVar("Result")

WRITTEN_AT_ONCE = 1 << 20
"""Bytes gathered before they are handed to the disk."""
KEPT_FREE = 256 << 20
"""Bytes of the disk that files leave to the database and to everything else."""


class FileTooLargeError(VisavisError):
    """More bytes came than a file may have."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"The file is larger than {most_bytes} bytes")


class DiskFullError(VisavisError):
    """The disk has no room for a file."""

    def __init__(self) -> None:
        super().__init__("There is not enough free space on the disk of the home folder for this file")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A whole file."""

    path: Path
    size: int
    """Bytes."""
    sha256: str
    """In hex."""


class IncomingFile:
    """An async context around a file that is being written; what was not kept is removed at the end of the block.

    The disk is waited for on a thread of its own. Raises FileTooLargeError, DiskFullError, OSError.
    """

    def __init__(self, partial: Path, most_bytes: int, *, kept_free: int = KEPT_FREE) -> None:
        self._partial = partial
        self._most = most_bytes
        self._kept_free = kept_free
        self._threads = ranked_threads("files", Rank.INDEXING)
        self._descriptor = -1
        self._hash = hashlib.sha256()
        self._waiting = bytearray()
        self.size = 0
        """Bytes taken so far."""

    async def __aenter__(self) -> Self:
        try:
            await self._run(self._open)
        except BaseException:
            self._threads.shutdown(wait=False)
            raise
        return self

    async def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self.size += len(data)
        if self.size > self._most:
            raise FileTooLargeError(self._most)
        self._waiting += data
        if len(self._waiting) >= WRITTEN_AT_ONCE:
            await self._flush()

    async def keep(self, place: Path) -> StoredFile:
        """Put the file in its place, on the same disk: when this returns it survives a killed process and a power cut."""
        await self._flush()
        await self._run(lambda: self._move(place))
        return StoredFile(place, self.size, self._hash.hexdigest())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Shielded: a cancelled block removes its file too.
        removed = asyncio.get_running_loop().run_in_executor(self._threads, self._remove)
        self._threads.shutdown(wait=False)
        await asyncio.shield(removed)

    async def _flush(self) -> None:
        data, self._waiting = self._waiting, bytearray()
        if data:
            await self._run(lambda: self._append(data))

    async def _run(self, step: Callable[[], Result]) -> Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, step)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise DiskFullError from error
            raise

    def _open(self) -> None:
        self._partial.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._descriptor = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)

    def _append(self, data: bytearray) -> None:
        check_room(self._partial.parent, len(data), kept_free=self._kept_free)
        self._hash.update(data)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def _move(self, place: Path) -> None:
        self._close()
        move_durably(self._partial, place)

    def _remove(self) -> None:
        self._close()
        discard(self._partial)

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def check_room(folder: Path, size: int, *, kept_free: int = KEPT_FREE) -> None:
    """Raise DiskFullError when `size` more bytes would leave the disk of `folder` with less than `kept_free`."""
    if shutil.disk_usage(folder).free < size + kept_free:
        raise DiskFullError
