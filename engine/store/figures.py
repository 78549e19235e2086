"""The store in figures, for whoever watches the appliance: counts and sizes, no ids and no names."""

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database as Tables

from engine.store.database import Database

JOBS = {"training": "replicas", "document": "documents", "video": "videos"}
"""Kinds of work whose state is the status of a row, and their tables."""


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """What is in the store at one moment."""

    callbacks_pending: int
    callbacks_failed: int
    """Given up."""
    oldest_callback_s: float
    """Seconds since the oldest pending callback was written; 0 when none is pending."""
    jobs: dict[tuple[str, str], int]
    """By kind and status."""
    size_bytes: int
    """Of the database and of its log."""


async def read_figures(database: Database) -> StoreFigures:
    """Count. Raises StoreError."""

    def query(tables: Tables) -> StoreFigures:
        oldest = tables.execute(
            "SELECT created_at FROM outbox WHERE delivery_id = (SELECT min(delivery_id) FROM outbox WHERE status = 'pending')"
        ).fetchone()
        return StoreFigures(
            callbacks_pending=_count(tables, "pending"),
            callbacks_failed=_count(tables, "failed"),
            oldest_callback_s=_age(oldest[0]) if oldest else 0.0,
            jobs={
                (kind, str(status)): int(count)
                for kind, table in JOBS.items()
                for status, count in tables.execute(f"SELECT status, count(*) FROM {table} GROUP BY status")  # noqa: S608
            },
            size_bytes=_size(database),
        )

    return await database.read(query)


def _count(tables: Tables, status: str) -> int:
    return int(tables.execute("SELECT count(*) FROM outbox WHERE status = ?", [status]).fetchone()[0])


def _age(created_at: str) -> float:
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(created_at)).total_seconds())


def _size(database: Database) -> int:
    size = 0
    for path in (database.path, database.path.with_name(database.path.name + "-wal")):
        with contextlib.suppress(OSError):
            size += path.stat().st_size
    return size
