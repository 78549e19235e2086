"""Callbacks that are to be delivered: written with the change that they tell of, kept until they arrived or were given up."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database as Tables

from engine.store.database import Database
from engine.store.timestamps import utc_now


@dataclass(frozen=True, slots=True)
class Delivery:
    """One callback."""

    delivery_id: int
    stream: str
    """Deliveries of one stream (the id of a conversation, a replica...) arrive in order."""
    url: str
    payload: str
    """JSON."""
    status: str
    """`pending`, `delivered` or `failed` (given up)."""
    attempts: int
    """Tries so far."""
    next_attempt_at: float
    """Seconds since the epoch."""
    last_error: str | None
    created_at: str
    delivered_at: str | None


class Outbox:
    """The queue of callbacks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.changed = asyncio.Event()
        """Set when there may be something new to deliver; whoever delivers clears it."""

    def enqueue(self, tables: Tables, stream: str, url: str, payload: dict[str, Any]) -> None:
        """Add a callback inside the caller's transaction; without a URL there is nothing to add. Call `announce` afterwards."""
        if url:
            tables.execute(
                "INSERT INTO outbox (stream, url, payload, created_at) VALUES (?, ?, ?, ?)",
                [stream, url, json.dumps(payload), utc_now()],
            )

    def announce(self) -> None:
        """Wake whoever delivers; on the event loop."""
        self.changed.set()

    async def due(self, now: float, limit: int) -> list[Delivery]:
        """Return the first pending callback of each stream whose time has come, oldest first."""
        query = f"""SELECT * FROM outbox WHERE delivery_id IN ({_HEADS}) AND next_attempt_at <= ?
            ORDER BY next_attempt_at, delivery_id LIMIT ?"""  # noqa: S608
        return await self._database.read(
            lambda tables: [Delivery(**row) for row in tables.query(query, [now, limit])],
        )

    async def next_after(self, now: float) -> float | None:
        """Return the next time, later than `now`, at which a callback is to be tried (seconds since the epoch); None for never."""
        query = f"SELECT min(next_attempt_at) FROM outbox WHERE delivery_id IN ({_HEADS}) AND next_attempt_at > ?"  # noqa: S608
        found = await self._database.read(lambda tables: tables.execute(query, [now]).fetchone()[0])
        return None if found is None else float(found)

    async def delivered(self, delivery_id: int) -> None:
        """Note that a callback arrived."""
        await self._update(
            "status = 'delivered', attempts = attempts + 1, last_error = NULL, delivered_at = ?",
            [utc_now()],
            delivery_id,
        )

    async def retry_at(self, delivery_id: int, moment: float, reason: str) -> None:
        """Note that a try failed and when the next one follows (seconds since the epoch)."""
        await self._update(
            "attempts = attempts + 1, next_attempt_at = ?, last_error = ?", [moment, reason], delivery_id
        )

    async def gave_up(self, delivery_id: int, reason: str) -> None:
        """Note that a callback will not be tried again; those behind it follow."""
        await self._update("status = 'failed', attempts = attempts + 1, last_error = ?", [reason], delivery_id)

    async def deliveries(self, stream: str | None = None) -> list[Delivery]:
        """Return callbacks of one stream or all, oldest first."""
        condition, parameters = ("WHERE stream = ?", [stream]) if stream is not None else ("", [])
        query = f"SELECT * FROM outbox {condition} ORDER BY delivery_id"  # noqa: S608
        return await self._database.read(lambda tables: [Delivery(**row) for row in tables.query(query, parameters)])

    async def _update(self, assignments: str, parameters: list[Any], delivery_id: int) -> None:
        statement = f"UPDATE outbox SET {assignments} WHERE delivery_id = ?"  # noqa: S608
        await self._database.write(lambda tables: tables.execute(statement, [*parameters, delivery_id]).close())


_HEADS = "SELECT min(delivery_id) FROM outbox WHERE status = 'pending' GROUP BY stream"
