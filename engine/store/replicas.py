"""Replicas in the store."""

import json
from typing import Any

from sqlite_utils import Database as Tables

from engine.store.database import Database
from engine.store.identifiers import new_replica_id
from engine.store.listing import Filters, Page, Window, select_page
from engine.store.outbox import Outbox
from engine.store.records import ReplicaRecord
from engine.store.stock import StockReplica
from engine.store.timestamps import utc_now


class ReplicaRepository:
    """Keeps replicas; a change of state and its callback are one transaction."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def create_failed(
        self, replica_name: str, fields: dict[str, Any], error_message: str, callback_url: str
    ) -> ReplicaRecord:
        """Add a replica whose training cannot begin, in status `error`, and tell `callback_url` (empty: nobody)."""
        now = utc_now()
        record = ReplicaRecord(
            replica_id=new_replica_id(),
            replica_name=replica_name,
            fields=fields,
            replica_type="user",
            status="error",
            training_progress="0/100",
            error_message=error_message,
            created_at=now,
            updated_at=now,
        )
        payload = {"replica_id": record.replica_id, "status": record.status, "error_message": error_message}

        def insert(tables: Tables) -> None:
            _insert(tables, record)
            self._outbox.enqueue(tables, record.replica_id, callback_url, payload)

        await self._database.write(insert)
        self._outbox.announce()
        return record

    async def get(self, replica_id: str) -> ReplicaRecord | None:
        """Return a replica, stock ones too."""

        def query(tables: Tables) -> ReplicaRecord | None:
            rows = tables.query("SELECT * FROM replicas WHERE replica_id = ?", [replica_id])
            return next((_record(row) for row in rows), None)

        return await self._database.read(query)

    async def page(
        self,
        window: Window,
        *,
        replica_type: str | None = None,
        replica_ids: list[str] | None = None,
        status: str | None = None,
        name: str | None = None,
    ) -> Page[ReplicaRecord]:
        """Return a page of the replicas that meet every given filter; `name` is a part of the name."""
        filters = Filters()
        filters.equal("replica_type", replica_type)
        filters.among("replica_id", replica_ids)
        filters.equal("status", status)
        filters.contains("replica_name", name)
        return await self._database.read(lambda tables: select_page(tables, "replicas", filters, window, _record))

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


def _insert(tables: Tables, record: ReplicaRecord) -> None:
    tables.execute(
        "INSERT INTO replicas VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            record.replica_id,
            record.replica_name,
            record.replica_type,
            json.dumps(record.fields),
            record.status,
            record.training_progress,
            record.error_message,
            record.created_at,
            record.updated_at,
        ],
    )


def _record(row: dict[str, Any]) -> ReplicaRecord:
    return ReplicaRecord(
        replica_id=row["replica_id"],
        replica_name=row["replica_name"],
        fields=json.loads(row["fields"]),
        replica_type=row["replica_type"],
        status=row["status"],
        training_progress=row["training_progress"],
        error_message=row["error_message"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
