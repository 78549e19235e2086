"""Messages that are longer than the other side of a data channel takes (RFC 8841, `max-message-size`).

The documented protocol names no way to divide them, so a long message becomes several of the same kind, in order. All have the envelope of
the first one (`seq` too), each carries a part of the text (or of the base64), and `properties.done` is true in the last one alone.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

SMALLEST_LIMIT: Final = 1024
"""Bytes; no endpoint takes less than 64 KiB by default, and an envelope fits into this."""
DIVISIBLE: Final = ("speech", "text", "analysis", "context", "audio")
"""Properties that may be divided: whoever receives the parts joins them as they are."""
_GROUP: Final = 8
"""Characters of base64 that hold whole samples of 16 bits."""


def chunks(message: dict[str, Any], limit: int) -> list[str]:
    """Return the JSON texts to be sent, each of at most `limit` bytes as UTF-8.

    Frames of a perception tool call that do not fit are left out, the last ones first: a call that came twice would be done twice.
    Raises ValueError for a message that has nothing to divide, and for a limit under `SMALLEST_LIMIT`.
    """
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"limit: {limit} is not accepted; at least {SMALLEST_LIMIT} bytes are")
    whole = _text(message)
    if len(whole) <= limit:
        return [whole]
    properties = message.get("properties")
    if isinstance(properties, dict):
        if properties.get("frames"):
            fewer = {**properties, "frames": properties["frames"][:-1]}
            return chunks({**message, "properties": fewer}, limit)
        names = [name for name in DIVISIBLE if isinstance(properties.get(name), str)]
        if names:
            name = max(names, key=lambda name: len(properties[name]))
            return list(_divided(message, properties, name, limit))
    raise ValueError(f"{message.get('event_type')}: {len(whole)} bytes are more than the {limit} that are taken")


def _divided(message: dict[str, Any], properties: dict[str, Any], name: str, limit: int) -> Iterator[str]:
    def part_of(value: str, *, done: bool) -> str:
        return _text({**message, "properties": {**properties, name: value, "done": done}})

    room = limit - len(part_of("", done=False))
    if room < 12 * _GROUP:
        raise ValueError(f"{message.get('event_type')}: what surrounds {name} leaves no room for it in {limit} bytes")
    # Only the last part of what was not finished before is not the end.
    finished = properties.get("done", True) is not False
    value = properties[name]
    while value:
        end = _fitting(value, room)
        if name == "audio":
            end -= end % _GROUP if end < len(value) else 0
        elif end < len(value):
            end = value.rfind(" ", end // 2, end) + 1 or end
        part, value = value[:end], value[end:]
        yield part_of(part, done=finished and not value)


def _fitting(value: str, room: int) -> int:
    """Return how many characters of a text take at most `room` bytes in JSON."""
    low, high = 1, min(len(value), room)
    while low < high:
        middle = (low + high + 1) // 2
        if len(_text(value[:middle])) - 2 <= room:
            low = middle
        else:
            high = middle - 1
    return low


def _text(value: Any) -> str:
    # ASCII: a character is a byte, and half a surrogate pair does no harm.
    return json.dumps(value)
