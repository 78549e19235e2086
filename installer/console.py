"""Progress for a person: numbered lines with elapsed time, and a live tail of what takes long."""

import shutil
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TextIO

HEARTBEAT_S = 30.0
"""Without a terminal, a step that runs says so this often."""
REDRAW_S = 0.5


def duration(seconds: float) -> str:
    """Return `4.2 s` or `3 min 07 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


@dataclass(slots=True)
class _Running:
    title: str
    since: float
    tail: str = ""
    told: float = 0.0


class Console:
    """Prints steps as they begin and end; several may run at once. Safe to call from any thread."""

    def __init__(
        self, stream: TextIO | None = None, *, live: bool | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._live = self._stream.isatty() if live is None else live
        self._clock = clock
        self._lock = threading.Lock()
        self._running: dict[str, _Running] = {}
        self._drawn = False
        self._ended = threading.Event()
        self._ticker: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._ended.clear()
        self._ticker = threading.Thread(target=self._tick, name="console", daemon=True)
        self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._ticker is not None:
            self._ticker.join()
        with self._lock:
            self._wipe()

    def note(self, text: str) -> None:
        """Print one line."""
        with self._lock:
            self._print(text)

    def begin(self, label: str, title: str) -> None:
        """Say that the step with this label (`3/9`) begins."""
        with self._lock:
            now = self._clock()
            self._running[label] = _Running(title, now, told=now)
            self._print(f"[{label}] {title} ...")

    def tail(self, label: str, text: str) -> None:
        """Keep the latest line of what the step does, to be shown while it runs."""
        with self._lock:
            if running := self._running.get(label):
                running.tail = text.strip()

    def end(self, label: str, outcome: str) -> None:
        """Say how the step ended, with the time it took."""
        with self._lock:
            running = self._running.pop(label)
            self._print(f"[{label}] {running.title}: {outcome} ({duration(self._clock() - running.since)})")

    def heartbeat(self) -> None:
        """Show what runs: redraw the live line, or print a line for each step that was silent for long."""
        with self._lock:
            now = self._clock()
            if self._live:
                self._wipe()
                if self._running:
                    self._draw(now)
                return
            for label, running in self._running.items():
                if now - running.told >= HEARTBEAT_S:
                    running.told = now
                    self._print(f"[{label}] {running.title}: {duration(now - running.since)}, {running.tail[:100]}")

    def _tick(self) -> None:
        while not self._ended.wait(REDRAW_S):
            self.heartbeat()

    def _print(self, text: str) -> None:
        self._wipe()
        self._stream.write(text + "\n")
        self._stream.flush()

    def _draw(self, now: float) -> None:
        width = shutil.get_terminal_size().columns - 1
        share = width // len(self._running) - 2
        parts = [
            f"[{label}] {duration(now - running.since)} {running.tail}"[:share].ljust(share)
            for label, running in self._running.items()
        ]
        self._stream.write("  ".join(parts)[:width])
        self._stream.flush()
        self._drawn = True

    def _wipe(self) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[2K")
            self._drawn = False
