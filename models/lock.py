"""One writer per store, across processes and threads."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import StoreError, store_errors

_POLL = 0.1


@contextmanager
def exclusive(path: Path, on_wait: Callable[[], None] | None = None, timeout: float | None = None) -> Iterator[None]:
    """Hold the lock file at `path`; it frees itself when the process dies, however it dies.

    Waits for the present holder after calling `on_wait` once; raises StoreError after `timeout` seconds.
    """
    with store_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        deadline = None if timeout is None else time.monotonic() + timeout
        waiting = False
        while not _taken(handle):
            if not waiting and on_wait is not None:
                on_wait()
            waiting = True
            if deadline is not None and time.monotonic() >= deadline:
                raise StoreError(f"{path.parent}: another pull is at work there; wait for it to end, or stop it")
            time.sleep(_POLL)
        yield
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
