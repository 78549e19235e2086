"""The order of threads: what must be on time goes before what may take its time."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum


class Rank(IntEnum):
    """Nice value of a thread; the event loop (pacing, network, VAD) keeps the process's own."""

    HEARING = 1
    RENDERING = 2
    ENCODING = 3
    THINKING = 5
    SPEAKING = 4
    RECORDING = 8
    INDEXING = 10


def ranked_threads(name: str, rank: Rank, threads: int = 1) -> ThreadPoolExecutor:
    """Return an executor whose threads yield to those of better rank (on Linux, where niceness belongs to a thread)."""
    return ThreadPoolExecutor(max_workers=threads, thread_name_prefix=name, initializer=_setter(rank))


def _setter(rank: Rank) -> Callable[[], None]:
    def lower() -> None:
        # A thread that may not be lowered (a strict sandbox) works all the same; an error here would break its executor.
        with contextlib.suppress(OSError):
            if sys.platform == "linux":
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + rank)

    return lower
