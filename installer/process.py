"""Child processes: their output in a log and as a live tail, and an end at once when the installer is told to stop."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from installer.errors import TAIL_LINES, CancelledError, ChildFailedError

GRACE_S = 5.0
"""What a child gets between being asked to end and being killed."""
KEPT_LINES = 400


class Children:
    """Runs child processes, each in a process group of its own so that stopping one stops its compilers too."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._lock = threading.Lock()
        self._alive: set[subprocess.Popen[bytes]] = set()
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether everything has been told to stop."""
        return self._cancelled.is_set()

    def run(
        self,
        command: Sequence[str | Path],
        *,
        log: str,
        on_line: Callable[[str], None] = lambda line: None,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        nice: bool = False,
        fresh_log: bool = True,
    ) -> list[str]:
        """Run a command to its end and return its last lines (standard output and error together).

        Raises ChildFailedError when it fails (its output is in the log file) and CancelledError when stopped.
        """
        arguments = [str(part) for part in command]
        if nice and shutil.which("nice"):
            arguments = ["nice", "-n", "10", *arguments]
        self._logs.mkdir(parents=True, exist_ok=True)
        path = self._logs / f"{log}.log"
        lines: deque[str] = deque(maxlen=KEPT_LINES)
        with path.open("wb" if fresh_log else "ab") as file:
            file.write(f"$ {' '.join(arguments)}\n".encode())
            child = self._start(arguments, environment, folder)
            try:
                assert child.stdout is not None
                for raw in child.stdout:
                    file.write(raw)
                    # pip and curl redraw a line with carriage returns: the last state counts.
                    line = raw.decode(errors="replace").rstrip().rsplit("\r", 1)[-1]
                    if line.strip():
                        lines.append(line)
                        on_line(line)
            except BaseException:
                _stop(child)
                raise
            finally:
                code = child.wait()
                with self._lock:
                    self._alive.discard(child)
        if self.cancelled:
            raise CancelledError
        if code != 0:
            raise ChildFailedError(Path(arguments[0]).name, code, tuple(lines), path)
        return list(lines)

    def cancel(self) -> None:
        """Stop all children and let none begin again."""
        with self._lock:
            self._cancelled.set()
            alive = list(self._alive)
        for child in alive:
            _stop(child)

    def _start(
        self, arguments: list[str], environment: Mapping[str, str] | None, folder: Path | None
    ) -> "subprocess.Popen[bytes]":
        with self._lock:
            if self._cancelled.is_set():
                raise CancelledError
            child = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=None if environment is None else dict(environment),
                cwd=folder,
                start_new_session=True,
            )
            self._alive.add(child)
            return child


def _stop(child: "subprocess.Popen[bytes]") -> None:
    _send(child, signal.SIGTERM)
    try:
        child.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        _send(child, signal.SIGKILL)


def _send(child: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def last_lines(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the lines that an error shows."""
    return tuple(lines[-TAIL_LINES:])
