"""`limit`, `page` and `sort` of a list."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, Query

from engine.store.listing import Page, Window

LARGEST_LIMIT = 100

Record = TypeVar("Record")


def _window(
    limit: Annotated[
        int, Query(ge=1, le=1_000_000, description="Entries on a page; more than 100 are answered as 100.")
    ] = 10,
    page: Annotated[int, Query(ge=1, le=1_000_000_000, description="The page, counted from 1.")] = 1,
    sort: Annotated[
        Literal["ascending", "descending"], Query(description="By creation; newest first by default.")
    ] = "descending",
) -> Window:
    rows = min(limit, LARGEST_LIMIT)
    return Window(limit=rows, offset=(page - 1) * rows, ascending=sort == "ascending")


PageWindow = Annotated[Window, Depends(_window)]
"""A parameter of a route: the wanted page."""


def list_answer(page: Page[Record], present: Callable[[Record], dict[str, Any]]) -> dict[str, Any]:
    """Make the answer of a list."""
    return {"data": [present(record) for record in page.records], "total_count": page.total_count}
