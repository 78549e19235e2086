"""Errors of the model store: each says what failed, why, and which command mends it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class ModelError(Exception):
    """The root of every error that `models` raises on purpose; `str(error)` is one line, fit to be shown."""


class CatalogueError(ModelError):
    """The catalogue, or one value in it, is not acceptable; names the place, the value and what is accepted."""


class UnknownModelError(ModelError):
    """No model of that name is in the catalogue or in the store."""


class ModelMissingError(ModelError):
    """The model is known but not in the store."""

    def __init__(self, name: str) -> None:
        super().__init__(f"model {name!r} is not in the store; fetch it with: visavis models pull {name}")
        self.name = name


class ModelDamagedError(ModelError):
    """A file in the store is not the file that was put there."""

    def __init__(self, name: str, path: Path, expected: str, found: str) -> None:
        super().__init__(
            f"model {name!r} is damaged: {path} has sha256 {found}, expected {expected}; "
            f"mend it with: visavis models pull {name}"
        )
        self.name = name
        self.path = path


class SourceError(ModelError):
    """A source did not give what the catalogue promises; the next source may."""


class PullError(ModelError):
    """No source gave the model; the message lists what each of them said."""


class DiskFullError(ModelError):
    """There is too little space where the store lies; nothing was installed."""


class StoreError(ModelError):
    """The store cannot be read or written."""


@contextmanager
def store_errors(place: Path) -> Iterator[None]:
    """Turn an OSError inside the block into DiskFullError or StoreError that names `place`."""
    try:
        yield
    except OSError as error:
        raise _translated(place, error) from error


def _translated(place: Path, error: OSError) -> ModelError:
    if error.errno in FULL_DISK:
        return DiskFullError(
            f"the disk is full where the models lie ({place}); nothing was installed. Free some space and pull again"
        )
    return StoreError(f"{error.filename or place}: {error.strerror or error}")
