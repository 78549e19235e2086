"""One installer at a time: two would write into the same environment and build folder."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from installer.errors import InstallError


@contextlib.contextmanager
def only_one(cache: Path) -> Iterator[None]:
    """Hold the user's installer lock; raises InstallError when another installer holds it."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "installer.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InstallError(
                "Another installer is at work.",
                "it writes into the same cache folder",
                "wait until it is done, or stop it; its work is kept",
            ) from None
        yield
