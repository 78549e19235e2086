"""Text that must not be seen: it shows as asterisks wherever it is printed, and is read in one way only."""

import hmac
from typing import Any, NoReturn, Self, SupportsIndex

MASK = "**********"


class Secret:
    """A key, token or password. `repr`, `str` and formatting show asterisks; `reveal` gives the text to whoever really uses it.

    It cannot be changed, pickled or encoded as JSON. Two of them are compared in constant time; it is false when it is empty.
    """

    __slots__ = ("_text",)

    _text: str

    def __init__(self, text: str = "") -> None:
        object.__setattr__(self, "_text", text)

    def reveal(self) -> str:
        """Return the text."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, specification: str) -> str:
        return format(MASK, specification)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_bytes(self._text), _bytes(other._text))

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Secret cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a Secret cannot be changed")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a Secret is not pickled")


def _bytes(text: str) -> bytes:
    # A variable of the environment may hold bytes that are no UTF-8.
    return text.encode("utf-8", "surrogatepass")
