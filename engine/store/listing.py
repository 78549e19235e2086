"""Pages of a table, newest first unless asked otherwise."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlite_utils import Database as Tables

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is wanted."""

    limit: int = 10
    """Rows at most; -1: all."""
    offset: int = 0
    """Rows passed over."""
    ascending: bool = False
    """Oldest first."""

    @property
    def rows(self) -> int | None:
        """How many rows that is at most; None when there is no knowing."""
        return self.limit if self.limit >= 0 else None


EVERYTHING = Window(limit=-1, ascending=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[Record]):
    """A part of a list."""

    records: list[Record]
    total_count: int
    """Rows that meet the filters, on all pages."""


class Filters:
    """Conditions on a query, joined by AND; values travel as parameters, never in the text."""

    def __init__(self) -> None:
        self._conditions: list[str] = []
        self.parameters: list[Any] = []

    def equal(self, column: str, value: str | None) -> None:
        """Keep rows with this value; None keeps all."""
        if value is not None:
            self._conditions.append(f"{column} = ?")
            self.parameters.append(value)

    def contains(self, column: str, text: str | None) -> None:
        """Keep rows whose column contains `text`, in any case; None keeps all."""
        if text is not None:
            self._conditions.append(f"instr(lower({column}), lower(?)) > 0")
            self.parameters.append(text)

    def contains_or_equals(self, part_of: str, whole: str, text: str | None) -> None:
        """Keep rows of which one column contains `text`, in any case, or the other equals it; None keeps all."""
        if text is not None:
            self._conditions.append(f"(instr(lower({part_of}), lower(?)) > 0 OR {whole} = ?)")
            self.parameters += [text, text]

    def listed(self, column: str, path: str, value: str) -> None:
        """Keep rows whose JSON column holds `value` in the list at `path`."""
        self._conditions.append(f"EXISTS (SELECT 1 FROM json_each({column}, ?) AS entry WHERE entry.value = ?)")  # noqa: S608
        self.parameters += [path, value]

    def among(self, column: str, values: list[str] | None) -> None:
        """Keep rows with one of these values; None keeps all."""
        if values is not None:
            self._conditions.append(f"{column} IN ({', '.join('?' * len(values))})")
            self.parameters.extend(values)

    def missing(self, column: str) -> None:
        """Keep rows without a value in this column."""
        self._conditions.append(f"{column} IS NULL")

    @property
    def where(self) -> str:
        """The WHERE clause, empty without conditions."""
        return " WHERE " + " AND ".join(self._conditions) if self._conditions else ""


def select_page(
    tables: Tables, table: str, filters: Filters, window: Window, as_record: Callable[[dict[str, Any]], Record]
) -> Page[Record]:
    """Read one page; `table` is a name in our own code, never input."""
    direction = "ASC" if window.ascending else "DESC"
    total = tables.execute(f"SELECT count(*) FROM {table}{filters.where}", filters.parameters).fetchone()[0]  # noqa: S608
    rows = tables.query(
        f"SELECT * FROM {table}{filters.where} ORDER BY created_at {direction}, rowid {direction} LIMIT ? OFFSET ?",  # noqa: S608
        [*filters.parameters, window.limit, window.offset],
    )
    return Page([as_record(row) for row in rows], total)
