"""How far a pull has come, and how a terminal shows it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

_TTY_INTERVAL = 0.1
_PLAIN_INTERVAL = 2.0


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of a pull."""

    name: str
    """The model."""
    file: str
    """What is being fetched: a file of the model, or the wheel that carries it."""
    done: int
    """Bytes, those of an earlier, interrupted pull included."""
    total: int | None
    """Bytes, if known."""


ProgressCallback = Callable[[Progress], None]


class ProgressLines:
    """Writes progress as text: one living line on a terminal, else a line per file at most every two seconds."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._living = stream.isatty()
        self._key: tuple[str, str] | None = None
        self._started = (0.0, 0)
        self._shown = float("-inf")
        self._finished = False
        self._width = 0

    def __call__(self, step: Progress) -> None:
        """Show a step, unless one was shown a moment ago."""
        now = self._clock()
        if (step.name, step.file) != self._key:
            self.close()
            self._key = (step.name, step.file)
            self._started = (now, step.done)
            self._finished = False
            if self._living:
                self._shown = float("-inf")
        complete = step.total is not None and step.done >= step.total
        if self._finished or (not complete and now - self._shown < self._interval):
            return
        self._shown = now
        self._finished = complete
        self._write(self._line(step, now), complete)

    def close(self) -> None:
        """End a living line that is still open."""
        if self._living and self._width:
            self._stream.write("\n")
            self._stream.flush()
        self._width = 0

    @property
    def _interval(self) -> float:
        return _TTY_INTERVAL if self._living else _PLAIN_INTERVAL

    def _line(self, step: Progress, now: float) -> str:
        seconds = now - self._started[0]
        rate = (step.done - self._started[1]) / seconds if seconds > 0 else 0.0
        parts = [f"{step.name}  {step.file}"]
        if step.total:
            parts.append(f"{100 * step.done / step.total:3.0f} %")
        parts.append(readable_size(step.done) + (f" of {readable_size(step.total)}" if step.total else ""))
        parts.append(f"{readable_size(int(rate))}/s")
        return "  ".join(parts)

    def _write(self, line: str, complete: bool) -> None:
        if self._living:
            self._stream.write("\r" + line.ljust(self._width))
            self._width = len(line)
            if complete:
                self.close()
        else:
            self._stream.write(line + "\n")
        self._stream.flush()


def readable_size(size: int) -> str:
    """Return a number of bytes as people write it: 98.4 MB."""
    if size < 1000:
        return f"{size} B"
    steps = ((unit, size / 1000**power) for power, unit in enumerate(("kB", "MB", "GB"), start=1))
    unit, value = next(((unit, value) for unit, value in steps if value < 999.95), ("TB", size / 1000**4))
    return f"{value:.1f} {unit}"
