"""Resources whose fields are one JSON column: objectives, guardrails, documents, videos and what else is kept whole."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlite_utils import Database as Tables

from engine.store.database import Database
from engine.store.listing import EVERYTHING, Filters, Page, Window, select_page
from engine.store.outbox import Callback, Outbox
from engine.store.records import ResourceRecord, edited
from engine.store.sealing import Sealer
from engine.store.timestamps import utc_now

Edit = Callable[[ResourceRecord], ResourceRecord]
"""Makes the wanted record out of the present one; what it raises leaves everything as it was."""


class ResourceRepository:
    """Keeps the resources of one table; a change of state and its callbacks are one transaction.

    Secrets in the fields (see `engine.store.sealing`) are encrypted on the disk and plain in the records.
    """

    def __init__(
        self, database: Database, outbox: Outbox, sealer: Sealer, table: str, new_id: Callable[[], str]
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._sealer = sealer
        self._table = table
        self._new_id = new_id

    async def create(
        self,
        name: str,
        fields: dict[str, Any],
        *,
        status: str,
        callbacks: Callable[[ResourceRecord], Sequence[Callback]] | None = None,
        check: Callable[[Tables], None] | None = None,
    ) -> ResourceRecord:
        """Add a resource of the user. `check` runs in the same transaction and may refuse by raising (a limit on their number)."""
        now = utc_now()
        record = ResourceRecord(self._new_id(), name, "user", status, fields, now, now)

        def insert(tables: Tables) -> None:
            if check is not None:
                check(tables)
            self._insert(tables, record)
            self._tell(tables, callbacks, record)

        await self._database.write(insert)
        self._outbox.announce()
        return record

    async def get(self, resource_id: str) -> ResourceRecord | None:
        """Return a resource, stock ones too."""
        return await self._database.read(lambda tables: self._find(tables, resource_id), rows=1)

    async def page(
        self,
        window: Window,
        *,
        origin: str | None = None,
        status: str | None = None,
        statuses: list[str] | None = None,
        name: str | None = None,
        name_or_id: str | None = None,
        tags: list[str] | None = None,
    ) -> Page[ResourceRecord]:
        """Return a page of the resources that meet every given filter: a part of the name, name part or whole id, all of the tags."""
        filters = Filters()
        filters.equal("origin", origin)
        filters.equal("status", status)
        filters.among("status", statuses)
        filters.contains("name", name)
        filters.contains_or_equals("name", "id", name_or_id)
        for tag in tags or []:
            filters.listed("fields", "$.tags", tag)
        return await self._database.read(
            lambda tables: select_page(tables, self._table, filters, window, self._record), rows=window.rows
        )

    async def change(
        self,
        resource_id: str,
        edit: Edit,
        *,
        callbacks: Callable[[ResourceRecord], Sequence[Callback]] | None = None,
        check: Callable[[Tables], None] | None = None,
    ) -> tuple[ResourceRecord, bool] | None:
        """Replace a resource by what `edit` makes of it, in one transaction; returns it and whether it changed, None when there is none.

        An unchanged one keeps its `updated_at` and sends no callbacks. `check` may refuse a change by raising.
        """

        def update(tables: Tables) -> tuple[ResourceRecord, bool] | None:
            changed = edited(self._find(tables, resource_id), edit)
            if changed is None or not changed[1]:
                return changed
            wanted, _ = changed
            if check is not None:
                check(tables)
            tables.execute(
                f"UPDATE {self._table} SET name = ?, status = ?, fields = ?, updated_at = ? WHERE id = ?",  # noqa: S608
                [
                    wanted.name,
                    wanted.status,
                    json.dumps(self._sealer.seal(wanted.fields)),
                    wanted.updated_at,
                    resource_id,
                ],
            )
            self._tell(tables, callbacks, wanted)
            return changed

        changed = await self._database.write(update)
        self._outbox.announce()
        return changed

    async def delete(self, resource_id: str) -> ResourceRecord | None:
        """Remove a resource; returns what it was, None when there was none. Callbacks about it that wait are still sent."""

        def remove(tables: Tables) -> ResourceRecord | None:
            present = self._find(tables, resource_id)
            if present is not None:
                tables.execute(f"DELETE FROM {self._table} WHERE id = ?", [resource_id])  # noqa: S608
            return present

        return await self._database.write(remove)

    async def in_status(self, *statuses: str) -> list[ResourceRecord]:
        """Return every resource in one of these states, oldest first: what a job runner takes up again after a restart."""
        filters = Filters()
        filters.among("status", list(statuses))
        page = await self._database.read(
            lambda tables: select_page(tables, self._table, filters, EVERYTHING, self._record)
        )
        return page.records

    async def install_stock(self, stock: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
        """Bring the stock (id, name, fields) up to what this version ships."""
        now = utc_now()

        def upsert(tables: Tables) -> None:
            for resource_id, name, fields in stock:
                tables.execute(
                    f"""INSERT INTO {self._table} VALUES (?, ?, 'system', 'active', ?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET
                        name = excluded.name, fields = excluded.fields, updated_at = excluded.updated_at
                    WHERE name != excluded.name OR fields != excluded.fields""",  # noqa: S608
                    [resource_id, name, json.dumps(fields), now, now],
                )

        await self._database.write(upsert)

    def _tell(
        self,
        tables: Tables,
        callbacks: Callable[[ResourceRecord], Sequence[Callback]] | None,
        record: ResourceRecord,
    ) -> None:
        for callback in callbacks(record) if callbacks is not None else ():
            self._outbox.enqueue(tables, record.resource_id, callback.url, callback.payload)

    def _insert(self, tables: Tables, record: ResourceRecord) -> None:
        tables.execute(
            f"INSERT INTO {self._table} VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            [
                record.resource_id,
                record.name,
                record.origin,
                record.status,
                json.dumps(self._sealer.seal(record.fields)),
                record.created_at,
                record.updated_at,
            ],
        )

    def _find(self, tables: Tables, resource_id: str) -> ResourceRecord | None:
        rows = tables.query(f"SELECT * FROM {self._table} WHERE id = ?", [resource_id])  # noqa: S608
        return next((self._record(row) for row in rows), None)

    def _record(self, row: dict[str, Any]) -> ResourceRecord:
        return ResourceRecord(
            resource_id=row["id"],
            name=row["name"],
            origin=row["origin"],
            status=row["status"],
            fields=self._sealer.unseal(json.loads(row["fields"])),
            created_at=row["created_at"],
            updated_at=row["updated_at"],
        )
