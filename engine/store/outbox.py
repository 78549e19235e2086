"""Callbacks that are to be delivered: written with the change that they tell of, kept until they arrived or were given up."""

import asyncio
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlite_utils import Database as Tables

from engine.store.database import Database
from engine.store.listing import EVERYTHING, Filters, Page, Window, select_page
from engine.store.timestamps import utc_now

STATUSES = ("pending", "delivered", "failed")


@dataclass(frozen=True, slots=True)
class Callback:
    """What is to be told, and to whom."""

    url: str
    """Empty: nobody asked."""
    payload: dict[str, Any]


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
    webhook_id: str
    """`msg_` and 24 hex digits, the same at every try: receivers tell a repetition by it."""
    receiver: str
    """Scheme, host and port of the URL: what is dead is usually a whole receiver."""
    last_status: int | None
    """HTTP status of the latest try; None without an answer."""
    last_attempt_at: str | None
    replay_of: int | None
    """The delivery that this one repeats, when somebody asked for that."""


class Outbox:
    """The queue of callbacks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.changed = asyncio.Event()
        """Set when there may be something new to deliver; whoever delivers clears it."""

    def enqueue(self, tables: Tables, stream: str, url: str, payload: dict[str, Any]) -> None:
        """Add a callback inside the caller's transaction; without a URL there is nothing to add. Call `announce` afterwards."""
        if url:
            _insert(tables, stream, url, json.dumps(payload), replay_of=None)

    def announce(self) -> None:
        """Wake whoever delivers; on the event loop."""
        self.changed.set()

    # --- for whoever delivers ---

    async def due(
        self, now: float, limit: int, *, per_receiver: int, without: Collection[str] = (), past: Collection[str] = ()
    ) -> list[Delivery]:
        """Return the first pending callback of each stream whose time has come, those never tried before first.

        At most `limit` and at most `per_receiver` of one receiver; none of the streams `without` or of the receivers `past`.
        """
        query = f"""SELECT * FROM outbox WHERE delivery_id IN (
                SELECT delivery_id FROM (
                    SELECT delivery_id, next_attempt_at,
                        row_number() OVER (PARTITION BY receiver ORDER BY next_attempt_at, delivery_id) AS place
                    FROM outbox
                    WHERE delivery_id IN ({_HEADS}) AND next_attempt_at <= ?
                        AND stream NOT IN ({_marks(without)}) AND receiver NOT IN ({_marks(past)})
                ) WHERE place <= ? ORDER BY next_attempt_at, delivery_id LIMIT ?
            ) ORDER BY next_attempt_at, delivery_id"""  # noqa: S608
        parameters = [now, *without, *past, per_receiver, limit]
        return await self._database.read(lambda tables: [Delivery(**row) for row in tables.query(query, parameters)])

    async def next_after(self, now: float) -> float | None:
        """Return the next time, later than `now`, at which a callback is to be tried (seconds since the epoch); None for never."""
        query = f"SELECT min(next_attempt_at) FROM outbox WHERE delivery_id IN ({_HEADS}) AND next_attempt_at > ?"  # noqa: S608
        found = await self._database.read(lambda tables: tables.execute(query, [now]).fetchone()[0])
        return None if found is None else float(found)

    async def delivered(self, delivery_id: int, status: int) -> None:
        """Note that a callback arrived and what the receiver answered."""
        now = utc_now()
        await self._tried(
            "status = 'delivered', last_error = NULL, last_status = ?, delivered_at = ?, last_attempt_at = ?",
            [status, now, now],
            delivery_id,
        )

    async def retry_at(self, delivery_id: int, moment: float, reason: str, status: int | None = None) -> None:
        """Note that a try failed and when the next one follows (seconds since the epoch)."""
        await self._tried(
            "next_attempt_at = ?, last_error = ?, last_status = ?, last_attempt_at = ?",
            [moment, reason, status, utc_now()],
            delivery_id,
        )

    async def gave_up(self, delivery_id: int, reason: str, status: int | None = None) -> None:
        """Note that a callback will not be tried again; those behind it follow."""
        await self._tried(
            "status = 'failed', last_error = ?, last_status = ?, last_attempt_at = ?",
            [reason, status, utc_now()],
            delivery_id,
        )

    async def prune(self, before: str, most: int) -> int:
        """Remove callbacks that were delivered before this time (as `utc_now` gives it), `most` at once; returns how many."""
        statement = """DELETE FROM outbox WHERE delivery_id IN (
            SELECT delivery_id FROM outbox WHERE status = 'delivered' AND delivered_at < ? ORDER BY delivered_at LIMIT ?)"""
        return await self._database.write(lambda tables: tables.execute(statement, [before, most]).rowcount)

    # --- for whoever asks ---

    async def deliveries(self, stream: str | None = None) -> list[Delivery]:
        """Return callbacks of one stream or all, oldest first."""
        page = await self.page(EVERYTHING, stream=stream)
        return page.records

    async def page(
        self, window: Window, *, status: str | None = None, stream: str | None = None, event_type: str | None = None
    ) -> Page[Delivery]:
        """Return a page of the callbacks that meet every given filter."""
        filters = Filters()
        filters.equal("status", status)
        filters.equal("stream", stream)
        filters.equal("json_extract(payload, '$.event_type')", event_type)
        return await self._database.read(
            lambda tables: select_page(tables, "outbox", filters, window, lambda row: Delivery(**row))
        )

    async def get(self, delivery_id: int) -> Delivery | None:
        """Return a callback."""
        return await self._database.read(lambda tables: _find(tables, delivery_id))

    async def replay(self, delivery_id: int) -> Delivery | None:
        """Queue a callback once more, behind all that its stream holds; returns the new one, None when there is none to repeat.

        One that is still pending is returned as it is: its next try is to come anyway.
        """

        def repeat(tables: Tables) -> Delivery | None:
            given = _find(tables, delivery_id)
            if given is None or given.status == "pending":
                return given
            return _find(tables, _insert(tables, given.stream, given.url, given.payload, replay_of=delivery_id))

        queued = await self._database.write(repeat)
        self.announce()
        return queued

    async def _tried(self, assignments: str, parameters: list[Any], delivery_id: int) -> None:
        statement = f"UPDATE outbox SET attempts = attempts + 1, {assignments} WHERE delivery_id = ?"  # noqa: S608
        await self._database.write(lambda tables: tables.execute(statement, [*parameters, delivery_id]).close())


def receiver_of(url: str) -> str:
    """Return scheme, host and port of a URL, as far as it has them."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return url
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _insert(tables: Tables, stream: str, url: str, payload: str, *, replay_of: int | None) -> int:
    # A random name, not the number: numbers return when a home folder is put back from a backup, and receivers keep what they saw.
    webhook_id = "msg_" + secrets.token_hex(12)
    cursor = tables.execute(
        "INSERT INTO outbox (stream, url, payload, created_at, webhook_id, receiver, replay_of) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [stream, url, payload, utc_now(), webhook_id, receiver_of(url), replay_of],
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _find(tables: Tables, delivery_id: int) -> Delivery | None:
    rows = tables.query("SELECT * FROM outbox WHERE delivery_id = ?", [delivery_id])
    return next((Delivery(**row) for row in rows), None)


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))


_HEADS = "SELECT min(delivery_id) FROM outbox WHERE status = 'pending' GROUP BY stream"
"""What comes first in each stream."""
