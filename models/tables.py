"""Reading TOML tables with errors that name the place."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from models.errors import CatalogueError


class Table:
    """A TOML table that gives typed values and knows where it stands in the file.

    Every reader raises CatalogueError naming the place, the value and what is accepted.
    """

    def __init__(self, values: Mapping[str, Any], place: str) -> None:
        self._left = dict(values)
        self.place = place

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def at(self, place: str) -> Self:
        """Name the place anew, once a better name is known."""
        self.place = place
        return self

    def text(self, key: str, accepts: Callable[[str], bool], accepted: str, default: str | None = None) -> str:
        """Take a string that `accepts` holds for."""
        value = self._left.pop(key, default)
        if not isinstance(value, str) or (value != default and not accepts(value)):
            raise self._refused(key, value, accepted)
        return value

    def texts(self, key: str, accepts: Callable[[str], bool], accepted: str) -> tuple[str, ...]:
        """Take a list of at least one string."""
        values = self._left.pop(key, None)
        if not isinstance(values, list) or not values or not all(isinstance(v, str) and accepts(v) for v in values):
            raise self._refused(key, values, accepted)
        return tuple(values)

    def number(self, key: str) -> int:
        """Take a whole number of at least 1."""
        value = self._left.pop(key, None)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self._refused(key, value, "a whole number of bytes is")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Take a boolean."""
        value = self._left.pop(key, default)
        if not isinstance(value, bool):
            raise self._refused(key, value, "true or false is")
        return value

    def paths(self, key: str, accepts: Callable[[str], bool], accepted: str, only: Sequence[str]) -> Mapping[str, str]:
        """Take a table of path -> path with at least one path of `only`, and no other."""
        values = self._left.pop(key, None)
        if not isinstance(values, dict) or not values or not set(values) <= set(only):
            raise self._refused(key, values, f"a table with files of the model alone ({', '.join(only)}) is")
        for value in values.values():
            if not isinstance(value, str) or not accepts(value):
                raise self._refused(key, value, accepted)
        return values

    def tables(self, key: str) -> list["Table"]:
        """Take a list of tables."""
        values = self._left.pop(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self._refused(key, values, "a list of tables is")
        return [Table(value, f"{self.place}.{key}[{number}]") for number, value in enumerate(values)]

    def done(self) -> None:
        """Refuse keys that nobody asked for: they are spelling mistakes."""
        if self._left:
            raise CatalogueError(f"{self.place}: {min(self._left)!r} is not a known key")

    def _refused(self, key: str, value: object, accepted: str) -> CatalogueError:
        shown = "nothing" if value is None else repr(value)
        if len(shown) > 120:
            shown = shown[:117] + "..."
        return CatalogueError(f"{self.place}.{key}: {shown} is not accepted; {accepted}")
