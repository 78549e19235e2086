"""The stream of an answer in the format of OpenAI's chat completions, read without I/O: bytes in, text and calls of tools out.

Sources: OpenAI's API reference (Chat Completions, streaming), the WHATWG's "Server-sent events"; seed: Large Language Model (LLM).
Servers take liberties with both: events without the empty line between them, CR or CRLF, no [DONE], no index of a call, one JSON
object instead of a stream. All that is read; what cannot be read is skipped as long as an answer comes of the rest.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from engine.layers.llm.protocol import Piece
from engine.layers.llm.remote_errors import RemoteFailure, RemoteModelError
from engine.layers.llm.tool_calls import ToolCallAssembly, without_halves

LONGEST_LINE: Final = 1 << 20
"""Bytes of one line, and of an answer that comes as one JSON object."""
MOST_BYTES: Final = 1 << 24
"""Bytes of one answer with everything around it."""
LONGEST_ANSWER: Final = 20_000
"""Characters of text after which an answer counts as complete: nobody listens for twenty minutes."""
MOST_NONSENSE: Final = 100
"""Lines that cannot be read, after which the rest is not tried."""

_LINE_END = re.compile(rb"\r\n|\n|\r")
_IGNORED = frozenset({"event", "id", "retry", ""})
"""Fields of server-sent events that say nothing here, and comments, which keep a connection alive."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BUSY = re.compile(r"(?i)overload|rate.?limit|capacity|unavailable|server.?error|timeout")


class AnswerStream:
    """Reads one answer. Every error it raises is a RemoteModelError: GARBAGE, OVERLOADED, REFUSED, or BROKEN_OFF once it has begun."""

    def __init__(self, server: str, quoted: Callable[[str], str]) -> None:
        """`server`: host and port for errors; `quoted`: makes what the server says fit to be shown."""
        self._server = server
        self._quoted = quoted
        self._lines = _Lines()
        self._calls = ToolCallAssembly()
        self._pending: list[str] = []
        """Data lines that are not JSON yet."""
        self._half = ""
        self._length = self._bytes = 0
        self._speaking = False
        self.nonsense = 0
        """Lines that could not be read."""
        self.events = 0
        """Events that belong to an answer; thoughts, which are not passed on, count too."""
        self.finished = False
        """Whether the answer is complete."""
        self.closed = False
        """Whether the server said that nothing more comes."""

    @property
    def left_out(self) -> int:
        """Calls of tools that were asked for and came incomplete."""
        return self._calls.left_out

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Take bytes as they come; yield what is complete with them. Calls of tools come when the answer is complete."""
        self._bytes += len(data)
        for line in self._lines.feed(data):
            if not self.closed:
                yield from self._line(line)
        if self._lines.length > LONGEST_LINE:
            raise self._garbage(f"sends lines of more than {LONGEST_LINE} bytes")
        if self._bytes > MOST_BYTES:
            raise self._garbage(f"sends more than {MOST_BYTES} bytes for one answer")

    def whole(self, body: bytes) -> Iterator[Piece]:
        """Take an answer that is one JSON object, from a server that does not stream."""
        yield from self._event(_parsed(body.decode("utf-8", "replace")))
        if self.events:
            yield from self._finish()

    def end(self) -> Iterator[Piece]:
        """Nothing more comes: yield what was still held back. Raises RemoteModelError for an answer that is not complete."""
        if self._lines.length:
            yield from self.feed(b"\n")
        if not self.finished and self.events:
            raise RemoteModelError(
                RemoteFailure.BROKEN_OFF, self._server, "closed the stream in the midst of an answer"
            )
        if not self.finished:
            raise self._garbage("sent nothing that is an answer")

    def _line(self, line: bytes) -> Iterator[Piece]:
        text = line.decode("utf-8", "replace").removeprefix("\ufeff")
        if not text:
            self._drop_pending()
            return
        name, _, value = text.partition(":")
        if name != "data":
            self._nonsense(int(name not in _IGNORED))
            return
        value = value.removeprefix(" ")
        if value.strip() == "[DONE]":
            self.closed = True
            yield from self._finish()
            return
        event = _parsed(value)
        if not isinstance(event, Mapping):
            # JSON may stretch over several data lines.
            self._pending.append(value)
            event = _parsed("\n".join(self._pending))
            if event is None:
                if len(self._pending) > MOST_NONSENSE:
                    self._drop_pending()
                return
        else:
            self._drop_pending()
        self._pending = []
        yield from self._event(event)

    def _drop_pending(self) -> None:
        self._nonsense(len(self._pending))
        self._pending = []

    def _nonsense(self, lines: int) -> None:
        self.nonsense += lines
        if self.nonsense > MOST_NONSENSE:
            raise self._garbage("sends what cannot be read")

    def _event(self, event: object) -> Iterator[Piece]:
        if not isinstance(event, Mapping):
            self._nonsense(1)
            return
        if event.get("error"):
            raise self._refusal(event["error"])
        choices = event.get("choices")
        if not isinstance(choices, list):
            self._nonsense(1)
            return
        for choice in choices:
            # Only one answer was asked for.
            if isinstance(choice, Mapping) and choice.get("index") in (0, None):
                yield from self._choice(choice)

    def _choice(self, choice: Mapping[str, Any]) -> Iterator[Piece]:
        delta = choice.get("delta")
        delta = delta if isinstance(delta, Mapping) else choice.get("message")
        if isinstance(delta, Mapping) and not self.finished:
            text = _text(delta.get("content")) or _text(delta.get("refusal"))
            thought = _text(delta.get("reasoning_content")) or _text(delta.get("reasoning"))
            called = self._calls.add(delta.get("tool_calls"))
            self.events += bool(text or thought or called)
            if speech := self._speech(text):
                yield speech
        if choice.get("finish_reason") or self._length > LONGEST_ANSWER:
            yield from self._finish()

    def _finish(self) -> Iterator[Piece]:
        if not self.finished:
            self.finished = True
            yield from self._calls.take()

    def _speech(self, text: str) -> str:
        """Return text without halves of characters, control characters, and white space before the first word."""
        text = self._half + text
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = text[: len(text) - len(self._half)]
        # The two halves of a character may come in two events.
        text = _CONTROLS.sub("", without_halves(text))
        if not self._speaking:
            text = text.lstrip()
            self._speaking = bool(text)
        self._length += len(text)
        return text

    def _refusal(self, error: object) -> RemoteModelError:
        told = error if isinstance(error, Mapping) else {"message": error}
        message, code, kind = (_word(told.get(name)) for name in ("message", "code", "type"))
        reason = f"says: {self._quoted(message or code or kind)}"
        if self.events:
            return RemoteModelError(RemoteFailure.BROKEN_OFF, self._server, reason)
        if code == "429" or re.fullmatch(r"5\d\d", code) or _BUSY.search(f"{code} {kind}"):
            return RemoteModelError(RemoteFailure.OVERLOADED, self._server, reason, retry_after_s=0.0)
        return RemoteModelError(RemoteFailure.REFUSED, self._server, reason)

    def _garbage(self, reason: str) -> RemoteModelError:
        failure = RemoteFailure.BROKEN_OFF if self.events else RemoteFailure.GARBAGE
        return RemoteModelError(failure, self._server, reason)


class _Lines:
    """Cuts bytes into lines; what comes last waits for its end."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._after_return = False
        self.length = 0
        """Bytes that wait."""

    def feed(self, data: bytes) -> list[bytes]:
        if self._after_return:
            data = data.removeprefix(b"\n")
        self._after_return = data.endswith(b"\r")
        *whole, rest = _LINE_END.split(data)
        if whole:
            whole[0] = b"".join([*self._parts, whole[0]])
            self._parts, self.length = [], 0
        if rest:
            self._parts.append(rest)
            self.length += len(rest)
        return whole


def _parsed(text: str) -> object:
    """Return what a JSON text says; None also for what is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _text(content: object) -> str:
    """Return the text of a content: a text, or a list of parts."""
    if isinstance(content, list):
        return "".join(_word(part.get("text")) for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""


def _word(value: object) -> str:
    return str(value) if isinstance(value, str | int) and value is not False else ""
