"""The log of the appliance: lines for people or JSON for machines, without secrets, written by a thread of its own."""

import contextlib
import logging
import os
import queue
import re
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TextIO

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from engine.secret import MASK, Secret
from engine.settings import Settings

WAITING_LINES = 10_000
"""Lines that may wait for a slow reader of the log; further ones are dropped and counted: nothing of a call waits for them."""
GATHER = 0.05
"""Seconds for which lines are gathered before they are written together."""
LAST_LINES = 1.0
"""Seconds that what waits gets at the end."""
TALKATIVE = ("aioice", "aiortc", "httpcore", "httpx", "asyncio")
"""Libraries that write down addresses, URLs and credentials below this level: WARNING."""
KNOWN_FROM = 8
"""Characters from which a given secret is looked for: a shorter one would blank out words."""


@dataclass(slots=True)
class RequestFacts:
    """What the log says about the request that a line belongs to."""

    request_id: str
    key_id: str = ""
    """Empty until a key was recognised."""
    route: str = ""
    """The template of the route that serves it; empty until there is one."""


current_request: ContextVar[RequestFacts | None] = ContextVar("current_request", default=None)
"""The request in whose context this runs."""

_NAME = r"\b(?:x-api-key|api[_-]?key|(?:proxy-)?authorization|aws_secret_access_key|password|meeting_token)"
_SECRETS = (
    re.compile(r"\b(vv_)[A-Za-z0-9_-]{8,}"),
    re.compile(r"\b(whsec_)[A-Za-z0-9+/=_-]+"),
    re.compile(r"\b(sk-)[A-Za-z0-9_-]{8,}"),
    # A JSON Web Token: what stands before the first dot is base64 of '{"'.
    re.compile(r"\b(eyJ)[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"),
    re.compile(r"(?i)\b((?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{16,}"),
    # A name that says what it holds, with its value: a header, JSON, a Python literal (of bytes too), an assignment.
    re.compile(rf"""(?i)({_NAME}(?:\\*['"]\s*,\s*|\\*['"]?\s*[:=]\s*)b?\\*['"])[^'"\\]+"""),
    re.compile(rf"""(?i)({_NAME}\s*[:=]\s*(?:(?:bearer|basic)\s+)?)[^\s'"\\,;&}}\])]+"""),
    re.compile(r"""(?i)(\\*['"](?:token|secret)\\*['"]\s*:\s*\\*['"])[^'"\\]+"""),
    re.compile(r"(?i)([?&](?:t|key|token|api_key|signature|x-amz-[a-z-]+)=)[^\s'\"\\&#]+"),
)


class Redaction:
    """Takes out of a text whatever looks like a secret: the last line of defence, behind code that logs none."""

    def __init__(self, known: tuple[Secret, ...] = ()) -> None:
        self._known = tuple(secret.reveal() for secret in known if len(secret.reveal()) >= KNOWN_FROM)

    def __call__(self, text: str) -> str:
        """Return the text with asterisks in the place of secrets."""
        for secret in self._known:
            text = text.replace(secret, MASK)
        for pattern in _SECRETS:
            text = pattern.sub(rf"\1{MASK}", text)
        return text


class _Redacted(logging.Formatter):
    """Formats as another one does, and takes secrets out of all of it, tracebacks included."""

    def __init__(self, inner: logging.Formatter, redact: Redaction) -> None:
        super().__init__()
        self._inner = inner
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        facts = current_request.get()
        record.request_id = facts.request_id if facts else ""
        record.request_note = f" [{facts.request_id}]" if facts else ""
        return self._redact(self._inner.format(record))


class BackgroundHandler(logging.Handler):
    """Writes lines in a thread: a reader that stops reading stops nothing but the log."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._lines: queue.Queue[str | None] = queue.Queue(WAITING_LINES)
        self._dropped = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._write, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a line."""
        try:
            line = self.format(record)
            if self._dropped:
                line = f"({self._dropped} lines of the log were dropped)\n{line}"
            self._lines.put_nowait(line)
            self._dropped = 0
        except queue.Full:
            self._dropped += 1
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Write what waits, for at most a second."""
        self._closing.set()
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(None)
        self._thread.join(LAST_LINES)
        super().close()

    def _write(self) -> None:
        ended = False
        while not ended:
            lines = [self._lines.get()]
            # Lines come in bursts, and each time this thread runs the event loop may have to wait for it.
            self._closing.wait(GATHER)
            with contextlib.suppress(queue.Empty):
                while True:
                    lines.append(self._lines.get_nowait())
            ended = None in lines
            with contextlib.suppress(OSError, ValueError):
                self._put("".join(f"{line}\n" for line in lines if line is not None))

    def _put(self, text: str) -> None:
        try:
            number = self._stream.fileno()
        except OSError:
            self._stream.write(text)
            return
        # Past the stream's own buffer: its lock, held by a thread that a full pipe holds up, would abort the end of the process.
        left = memoryview(text.encode("utf-8", "backslashreplace"))
        while left:
            left = left[os.write(number, left) :]


def formatter(log_format: str, redact: Redaction) -> logging.Formatter:
    """Return the formatter of `text` or `json` lines."""
    if log_format == "json":
        names = {"levelname": "level", "name": "logger"}
        own = JsonFormatter(
            ("levelname", "name", "message", "request_id"),
            rename_fields=names,
            timestamp="time",
            reserved_attrs=[*RESERVED_ATTRS, "request_note", "color_message"],
        )
        return _Redacted(own, redact)
    lines = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s%(request_note)s")
    return _Redacted(lines, redact)


@contextlib.contextmanager
def logging_to(stream: TextIO, settings: Settings) -> Iterator[None]:
    """Send the log of this process to a stream, in the format and from the level that the settings name, until the block ends."""
    handler = BackgroundHandler(stream)
    handler.setFormatter(formatter(settings.log_format, Redaction((settings.api_key, settings.webhook_secret))))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(settings.log_level.upper())
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()
