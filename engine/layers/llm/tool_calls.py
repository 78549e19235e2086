"""Calls of tools on the wire: the functions that are offered, and calls put together from the parts in which they come.

Source: OpenAI's API reference, function calling; seed: Tool Calling for LLM.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from engine.layers.llm.protocol import ToolCall

MOST_CALLS: Final = 32
"""Calls of one answer; further ones are left out."""
LONGEST_ARGUMENTS: Final = 200_000
"""Characters of the arguments of one call; a longer one is left out."""
LONGEST_NAME: Final = 256
"""Characters of a function's name."""


def function_tools(tools: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a persona's tools as requests carry them: name, description and parameters stand under `function`."""
    return [
        dict(tool)
        if isinstance(tool.get("function"), Mapping)
        else {"type": "function", "function": {name: value for name, value in tool.items() if name != "type"}}
        for tool in tools
    ]


@dataclass(slots=True)
class _Unfinished:
    id: str
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    length: int = 0


class ToolCallAssembly:
    """Puts the calls of one answer together. It takes anything at all, and leaves out what makes no call."""

    def __init__(self) -> None:
        self._calls: list[_Unfinished] = []
        self._by_index: dict[int, _Unfinished] = {}
        self.left_out = 0
        """Calls that were incomplete, too long or too many."""

    def add(self, parts: object) -> bool:
        """Take `delta.tool_calls` of one event; return whether there was anything of a call in it."""
        taken = [self._add(part) for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []
        return any(taken)

    def take(self) -> list[ToolCall]:
        """Return the calls, in the order in which they began; nothing more comes of them."""
        finished = [call for unfinished in self._calls if (call := _finished(unfinished)) is not None]
        self.left_out += len(self._calls) - len(finished)
        self._calls, self._by_index = [], {}
        return finished

    def _add(self, part: Mapping[str, Any]) -> bool:
        function = part.get("function")
        if not isinstance(function, Mapping):
            return False
        call = self._call_of(part)
        if call is None:
            self.left_out += 1
            return True
        name, arguments = function.get("name"), function.get("arguments")
        # Some servers repeat the name with each part.
        if isinstance(name, str) and name and not call.name:
            call.name = name
        if isinstance(arguments, Mapping):
            arguments = json.dumps(arguments)
        if isinstance(arguments, str) and call.length <= LONGEST_ARGUMENTS:
            call.arguments.append(arguments)
            call.length += len(arguments)
        return True

    def _call_of(self, part: Mapping[str, Any]) -> _Unfinished | None:
        """Return the call that a part belongs to: by its index, by its id where several share an index, or the latest."""
        index, name = part.get("index"), part.get("id")
        identifier = name if isinstance(name, str) else ""
        latest = self._calls[-1] if self._calls else None
        known = self._by_index.get(index) if isinstance(index, int) else latest
        if known is not None and (not identifier or identifier == known.id):
            return known
        if len(self._calls) >= MOST_CALLS:
            return None
        call = _Unfinished(identifier or f"call_{len(self._calls)}")
        self._calls.append(call)
        if isinstance(index, int):
            self._by_index[index] = call
        return call


def without_halves(text: str) -> str:
    """Return a text whose surrogates (JSON can escape single ones) are joined to characters, or replaced by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _finished(call: _Unfinished) -> ToolCall | None:
    arguments = "".join(call.arguments) or "{}"
    try:
        whole = isinstance(json.loads(arguments), dict)
    except (ValueError, RecursionError):
        whole = False
    if not whole or not 0 < len(call.name) <= LONGEST_NAME or call.length > LONGEST_ARGUMENTS:
        return None
    return ToolCall(without_halves(call.id), without_halves(call.name), without_halves(arguments))
