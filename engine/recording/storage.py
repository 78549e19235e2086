"""Where recordings go, and the folder of this appliance as one such place."""

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from engine.errors import InvalidInputError, VisavisError
from engine.recording.finalising import Recorded
from engine.store.recordings import LOCAL_BUCKET
from models.durable import move_durably

FOLDER: Final = "recordings"
"""Below the home folder."""
_LONGEST_KEY: Final = 1024
_PART: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")


class StorageError(VisavisError):
    """A recording could not be put where it belongs; the local file is where it was."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a file is, in the words of `application.recording_ready`."""

    bucket_name: str
    s3_key: str


def key_of(conversation_id: str, started: datetime) -> str:
    """Return the key of a conversation's recording; `started` with a zone, to the microsecond: no two begin in the same one. Below the
    recordings folder it is its path as well."""
    return f"{conversation_id}/recording-{started.astimezone(UTC):%Y%m%dT%H%M%S-%fZ}.mp4"


class Storage(Protocol):
    """A place for recordings."""

    async def store(self, file: Path, key: str) -> Stored:
        """Put a local file there; it is gone from where it was once that has succeeded, and not before.

        Raises InvalidInputError for a key with path tricks, StorageError, NetworkRefusedError, OSError.
        """


def check_key(key: str) -> str:
    """Return a key that is a plain relative path on every system. Raises InvalidInputError naming `s3_key`."""
    if len(key) > _LONGEST_KEY or not all(_PART.fullmatch(part) for part in key.split("/")):
        raise InvalidInputError("s3_key", key, "a relative path of letters, digits, `_`, `-` and inner dots is")
    return key


async def store_recording(storage: Storage, recorded: Recorded, key: str) -> Stored:
    """Put a recording and its captions there, and say where the film is. It can be repeated after a failure.

    Raises what `Storage.store` raises.
    """
    if recorded.captions is not None and await asyncio.to_thread(recorded.captions.exists):
        await storage.store(recorded.captions, str(PurePosixPath(key).with_suffix(recorded.captions.suffix)))
    return await storage.store(recorded.path, key)


@dataclass(frozen=True, slots=True)
class LocalStorage(Storage):
    """The recordings folder of this appliance."""

    folder: Path

    async def store(self, file: Path, key: str) -> Stored:
        """Move a file of the same disk into the folder."""
        place = self.path(key)
        if place != file:
            await asyncio.to_thread(move_durably, file, place)
        return Stored(LOCAL_BUCKET, key)

    def path(self, key: str) -> Path:
        """Return where the file of a key lies, or would. Raises InvalidInputError for path tricks and for links on the way."""
        place = self.folder
        for part in check_key(key).split("/"):
            place /= part
            if place.is_symlink():
                raise InvalidInputError("s3_key", key, "a path without symbolic links is")
        return place
