"""Replicas in the store."""

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from sqlite_utils import Database as Tables

from engine.errors import VisavisError
from engine.store.database import Database
from engine.store.identifiers import REPLICA
from engine.store.listing import EVERYTHING, Filters, Page, Window, select_page
from engine.store.outbox import Callback, Outbox
from engine.store.records import ReplicaRecord, edited
from engine.store.sealing import Sealer
from engine.store.stock import StockReplica
from engine.store.timestamps import utc_now

PRESENT = ["started", "completed", "error"]
DELETED = "deleted"
"""The state of a row that nobody sees any more."""

ReplicaEdit: TypeAlias = Callable[[ReplicaRecord], ReplicaRecord]
ReplicaCallbacks: TypeAlias = Callable[[ReplicaRecord], Sequence[Callback]]


class ReplicaInUseError(VisavisError):
    """A replica cannot be deleted while a conversation with it runs."""

    def __init__(self, replica_id: str, conversation_id: str) -> None:
        super().__init__(
            f"replica_id: {replica_id} is in use by the conversation {conversation_id}: end that one first"
        )


class ReplicaRepository:
    """Keeps replicas; a change of state and its callback are one transaction.

    Secrets in the fields (see `engine.store.sealing`) are encrypted on the disk and plain in the records.
    """

    def __init__(self, database: Database, outbox: Outbox, sealer: Sealer) -> None:
        self._database = database
        self._outbox = outbox
        self._sealer = sealer

    async def create(self, replica_name: str, fields: dict[str, Any]) -> ReplicaRecord:
        """Add a replica of the user, whose training is to begin (`started`)."""
        now = utc_now()
        record = ReplicaRecord(
            replica_id=REPLICA.new(),
            replica_name=replica_name,
            fields=fields,
            replica_type="user",
            status="started",
            training_progress="0/100",
            error_message=None,
            created_at=now,
            updated_at=now,
        )
        await self._database.write(lambda tables: self._insert(tables, record))
        return record

    async def get(self, replica_id: str) -> ReplicaRecord | None:
        """Return a replica that was not deleted, stock ones too."""
        return await self._database.read(lambda tables: self._find(tables, replica_id), rows=1)

    async def page(
        self,
        window: Window,
        *,
        replica_type: str | None = None,
        replica_ids: list[str] | None = None,
        status: str | None = None,
        model_name: str | None = None,
        name: str | None = None,
    ) -> Page[ReplicaRecord]:
        """Return a page of the replicas that meet every given filter; `name` is a part of the name."""
        filters = Filters()
        filters.among("status", PRESENT)
        filters.equal("replica_type", replica_type)
        filters.among("replica_id", replica_ids)
        filters.equal("status", status)
        filters.equal("json_extract(fields, '$.model_name')", model_name)
        filters.contains("replica_name", name)
        return await self._database.read(
            lambda tables: select_page(tables, "replicas", filters, window, self._record), rows=window.rows
        )

    async def in_status(self, status: str) -> list[ReplicaRecord]:
        """Return every replica in this state, oldest first."""
        filters = Filters()
        filters.equal("status", status)
        page = await self._database.read(
            lambda tables: select_page(tables, "replicas", filters, EVERYTHING, self._record),
        )
        return page.records

    async def change(
        self, replica_id: str, edit: ReplicaEdit, *, callbacks: ReplicaCallbacks | None = None
    ) -> tuple[ReplicaRecord, bool] | None:
        """Replace a replica by what `edit` makes of it, in one transaction; returns it and whether it changed, None when there is none.

        An unchanged one keeps its `updated_at` and sends no callbacks. What `edit` raises leaves everything as it was.
        """

        def update(tables: Tables) -> tuple[ReplicaRecord, bool] | None:
            changed = edited(self._find(tables, replica_id), edit)
            if changed is None or not changed[1]:
                return changed
            wanted, _ = changed
            tables.execute(
                """UPDATE replicas SET replica_name = ?, fields = ?, status = ?, training_progress = ?,
                    error_message = ?, updated_at = ? WHERE replica_id = ?""",
                [
                    wanted.replica_name,
                    json.dumps(self._sealer.seal(wanted.fields)),
                    wanted.status,
                    wanted.training_progress,
                    wanted.error_message,
                    wanted.updated_at,
                    replica_id,
                ],
            )
            for callback in callbacks(wanted) if callbacks is not None else ():
                self._outbox.enqueue(tables, replica_id, callback.url, callback.payload)
            return changed

        changed = await self._database.write(update)
        self._outbox.announce()
        return changed

    async def delete(self, replica_id: str, *, hard: bool = False) -> bool:
        """Hide a replica from now on; `hard` erases it and its callbacks. False when there is none.

        Raises ReplicaInUseError while a conversation with it runs.
        """

        def remove(tables: Tables) -> bool:
            in_use = "SELECT conversation_id FROM conversations WHERE replica_id = ? AND status = 'active'"
            running = tables.execute(in_use, [replica_id]).fetchone()
            if running is not None:
                raise ReplicaInUseError(replica_id, running[0])
            if hard:
                tables.execute("DELETE FROM outbox WHERE stream = ?", [replica_id])
                statement, parameters = "DELETE FROM replicas WHERE replica_id = ?", [replica_id]
            else:
                statement = "UPDATE replicas SET status = ?, updated_at = ? WHERE replica_id = ? AND status != ?"
                parameters = [DELETED, utc_now(), replica_id, DELETED]
            return tables.execute(statement, parameters).rowcount > 0

        return await self._database.write(remove)

    async def install_stock(self, stock: list[StockReplica]) -> None:
        """Bring the stock replicas up to what this version ships."""
        now = utc_now()

        def upsert(tables: Tables) -> None:
            for replica in stock:
                tables.execute(
                    """INSERT INTO replicas VALUES (?, ?, 'system', ?, 'completed', '100/100', NULL, ?, ?)
                    ON CONFLICT (replica_id) DO UPDATE SET
                        replica_name = excluded.replica_name, fields = excluded.fields, updated_at = excluded.updated_at
                    WHERE replica_name != excluded.replica_name OR fields != excluded.fields""",
                    [replica.replica_id, replica.replica_name, json.dumps(replica.fields), now, now],
                )

        await self._database.write(upsert)

    def _find(self, tables: Tables, replica_id: str) -> ReplicaRecord | None:
        rows = tables.query("SELECT * FROM replicas WHERE replica_id = ? AND status != ?", [replica_id, DELETED])
        return next((self._record(row) for row in rows), None)

    def _insert(self, tables: Tables, record: ReplicaRecord) -> None:
        tables.execute(
            "INSERT INTO replicas VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                record.replica_id,
                record.replica_name,
                record.replica_type,
                json.dumps(self._sealer.seal(record.fields)),
                record.status,
                record.training_progress,
                record.error_message,
                record.created_at,
                record.updated_at,
            ],
        )

    def _record(self, row: dict[str, Any]) -> ReplicaRecord:
        return ReplicaRecord(
            replica_id=row["replica_id"],
            replica_name=row["replica_name"],
            fields=self._sealer.unseal(json.loads(row["fields"])),
            replica_type=row["replica_type"],
            status=row["status"],
            training_progress=row["training_progress"],
            error_message=row["error_message"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
        )
