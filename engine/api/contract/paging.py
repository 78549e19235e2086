"""`limit`, `page` and `sort` of a list."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, Query

from engine.store.listing import Page, Window

LARGEST_LIMIT = 100

Record = TypeVar("Record")

Limit = Annotated[int, Query(ge=1, le=1_000_000, description="Entries on a page; more than 100 are answered as 100.")]
Sort = Annotated[
    Literal["ascending", "descending", "asc", "desc"], Query(description="By creation; newest first by default.")
]


PageNumber = Annotated[int, Query(ge=1, le=1_000_000_000, description="The page, counted from 1.")]


# Coroutines, for FastAPI hands every plain function to a thread.
async def _counted_from_one(
    limit: Limit = 10,
    page: PageNumber = 1,
    sort: Sort = "descending",
) -> Window:
    return window_of(limit, page - 1, sort)


async def _counted_from_zero(
    limit: Limit = 10,
    page: Annotated[int, Query(ge=0, le=1_000_000_000, description="The page, counted from 0.")] = 0,
    sort: Sort = "descending",
) -> Window:
    return window_of(limit, page, sort)


PageWindow = Annotated[Window, Depends(_counted_from_one)]
"""A parameter of a route: the wanted page, counted from 1 (personas, replicas, conversations, objectives, guardrails, voices)."""

ZeroPageWindow = Annotated[Window, Depends(_counted_from_zero)]
"""A parameter of a route: the wanted page, counted from 0 (videos, documents, pronunciation dictionaries)."""


def list_answer(page: Page[Record], present: Callable[[Record], dict[str, Any]]) -> dict[str, Any]:
    """Make the answer of a list."""
    return {"data": [present(record) for record in page.records], "total_count": page.total_count}


def counted_answer(
    page: Page[Record], present: Callable[[Record], dict[str, Any]], window: Window, *, first: int
) -> dict[str, Any]:
    """Make the answer of a list that says which page it is; `first` is the number of the first page."""
    return {
        **list_answer(page, present),
        "page": window.offset // window.limit + first,
        "limit": window.limit,
    }


def window_of(limit: int, page: int, sort: str) -> Window:
    """Return the window on a page, the pages counted from 0 here."""
    rows = min(limit, LARGEST_LIMIT)
    return Window(limit=rows, offset=page * rows, ascending=sort.startswith("asc"))
