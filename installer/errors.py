"""What the installer tells a person when it cannot go on."""

import errno
import re
from pathlib import Path

TAIL_LINES = 12
"""How many lines of a failed child's output an error shows."""
LINE_WIDTH = 320


class InstallError(Exception):
    """A step that cannot be done: what failed, why, and what to do about it."""

    def __init__(
        self, what: str, why: str, remedy: str, *, log: Path | None = None, tail: tuple[str, ...] = ()
    ) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.remedy = remedy
        self.log = log
        self.tail = tuple(_shortened(line) for line in tail[-TAIL_LINES:])

    def __str__(self) -> str:
        lines = [f"{self.what}", f"  why:        {self.why}", f"  what to do: {self.remedy}"]
        if self.tail:
            lines.append("  last lines:")
            lines += [f"    | {line}" for line in self.tail]
        if self.log is not None:
            lines.append(f"  whole log:  {self.log}")
        return "\n".join(lines)


def _shortened(line: str) -> str:
    return line if len(line) <= LINE_WIDTH else f"{line[: LINE_WIDTH - 1]}…"


class ChildFailedError(Exception):
    """A child process that ended with an error; `returncode` is negative for a signal."""

    def __init__(self, command: str, returncode: int, tail: tuple[str, ...], log: Path) -> None:
        super().__init__(f"{command} ended with {returncode}")
        self.command = command
        self.returncode = returncode
        self.tail = tail
        self.log = log


class CancelledError(Exception):
    """The step was told to stop: Ctrl-C, or another step failed beside it."""


_UNREACHABLE = (
    r"NewConnectionError|Failed to establish a new connection|Temporary failure in name resolution"
    r"|Name or service not known|nodename nor servname|Network is unreachable|No route to host"
    r"|Connection refused|ProxyError|Cannot connect to proxy|SSLError|CERTIFICATE_VERIFY_FAILED"
)


def unreachable(text: str) -> bool:
    """Whether a child's output says that the network, or somebody in it, could not be reached."""
    return re.search(_UNREACHABLE, text) is not None


# What pip, cmake and the compiler print, what it means, and what helps; the first match counts.
_MEANINGS: tuple[tuple[str, str, str], ...] = (
    (
        r"No space left on device|\[Errno 28\]|ENOSPC|Disk quota exceeded",
        "the disk is full",
        "free some space (a whole installation takes about 3 GB) and call again: it goes on where it stopped",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "a package index handed out other bytes than the lock names",
        "call again; if it repeats, the index (see `pip config list`) serves altered files: use another one",
    ),
    (
        _UNREACHABLE,
        "the package index cannot be reached",
        "check the network, a proxy or the index in `pip config list`, and call again",
    ),
    (
        r"IncompleteRead|Connection broken|Read timed out|ReadTimeout|Connection reset|incomplete-download"
        r"|RemoteDisconnected|ProtocolError",
        "a download broke off",
        "call again: what was fetched stays",
    ),
    (
        r"Permission denied|\[Errno 13\]|EACCES|Read-only file system",
        "a folder cannot be written",
        "make the folder named below writable, or choose others with --venv, --home and XDG_CACHE_HOME",
    ),
    (
        r"cc1plus.*Killed|Killed signal terminated program|virtual memory exhausted|out of memory",
        "the compiler ran out of memory",
        "close other programs and call again, with CMAKE_BUILD_PARALLEL_LEVEL=1 if need be",
    ),
    (
        r"No matching distribution found|Could not find a version that satisfies",
        "the package index offers no file for this Python and platform, or none at all",
        "use Python 3.11 to 3.14 on Linux or macOS, 64 bit; `pip config list` shows which index is asked",
    ),
)


def explained(what: str, failure: ChildFailedError) -> InstallError:
    """Turn a failed child into an error a person can act on."""
    text = "\n".join(failure.tail)
    for pattern, why, remedy in _MEANINGS:
        if re.search(pattern, text):
            return InstallError(what, why, remedy, log=failure.log, tail=_telling(failure.tail, pattern))
    ended = f"signal {-failure.returncode}" if failure.returncode < 0 else f"status {failure.returncode}"
    return InstallError(
        what,
        f"`{failure.command}` ended with {ended}",
        "read the last lines below; calling again goes on where it stopped",
        log=failure.log,
        tail=failure.tail,
    )


def _telling(lines: tuple[str, ...], pattern: str) -> tuple[str, ...]:
    """Return the last line that shows a known cause, and the closing one: the rest of the output only hides it."""
    shows = next(line for line in reversed(lines) if re.search(pattern, line))
    return tuple(dict.fromkeys((shows, lines[-1])))


def from_os_error(what: str, failure: OSError) -> InstallError:
    """Turn an error of the operating system into one a person can act on."""
    where = failure.filename or "the disk"
    if failure.errno in {errno.ENOSPC, errno.EDQUOT}:
        _, why, remedy = _MEANINGS[0]
        return InstallError(what, f"{why} ({where})", remedy)
    if failure.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return InstallError(
            what, f"{where} cannot be written", "make it writable, or choose others with --venv, --home, XDG_CACHE_HOME"
        )
    return InstallError(what, str(failure), "call again; what was done stays done")
