"""One appliance per home folder: an operating system lock, so a crash leaves nothing behind."""

import contextlib
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.store.errors import HomeInUseError, StoreError

LOCK_NAME = "visavis.lock"
_LOCKED_BYTE = 1 << 20
"""Windows hides locked bytes from readers, so a byte far behind the pid is locked there."""


class HomeLock:
    """Holds `<home>/visavis.lock` from construction until `release`; the file carries the holder's pid.

    Raises HomeInUseError, naming the other process, when the folder is taken.
    """

    def __init__(self, home: Path) -> None:
        prepare_home(home)
        path = home / LOCK_NAME
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}") from error
        try:
            _lock(self._descriptor)
        except OSError:
            pid = _read_pid(self._descriptor)
            os.close(self._descriptor)
            raise HomeInUseError(home, pid) from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, str(os.getpid()).encode())

    def release(self) -> None:
        """Let others in; any number of times."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


def prepare_home(home: Path) -> None:
    """Create the folder, for its owner alone; raises StoreError. One that exists keeps its mode."""
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            home.mkdir(mode=0o700)
    except OSError as error:
        raise StoreError(f"{home} cannot be created: {error.strerror}; choose another folder with --home") from error
    if not home.is_dir():
        raise StoreError(f"{home} is not a folder; choose another one with --home")


def _read_pid(descriptor: int) -> int | None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    text = os.read(descriptor, 32).decode("ascii", "replace").strip()
    return int(text) if text.isdigit() else None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
