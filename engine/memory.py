"""Memory between calls: what a call used goes back to the system, so that the twentieth costs what the first did."""

import ctypes
import gc
import sys
from typing import Any, Final

_ARENA_MAX: Final = -8
"""`M_ARENA_MAX` of glibc's malloc.h."""
ARENAS: Final = 2
"""Pools that all threads share; glibc's default of eight a core kept 200 MB of what calls had freed (measured over twenty calls)."""


def share_arenas() -> None:
    """Bound the number of malloc's pools, where malloc is glibc's; to be called before threads start."""
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Collect what the ended call left and return free pages to the system.

    Peer connections are knots of references that hold encoders with threads of their own, and the collector by itself comes late.
    """
    gc.collect()
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def _glibc() -> Any | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "malloc_trim") and hasattr(libc, "mallopt") else None
