"""Personas in the store."""

import json
from collections.abc import Callable
from typing import Any

from sqlite_utils import Database as Tables

from engine.store.database import Database
from engine.store.identifiers import PERSONA
from engine.store.listing import Filters, Page, Window, select_page
from engine.store.records import PersonaRecord, edited
from engine.store.sealing import Sealer
from engine.store.stock import StockPersona
from engine.store.timestamps import utc_now


class PersonaRepository:
    """Keeps personas; secrets in their fields are encrypted on the disk and plain in the records."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def create(self, persona_name: str, fields: dict[str, Any]) -> PersonaRecord:
        """Add a persona of the user."""
        now = utc_now()
        record = PersonaRecord(PERSONA.new(), persona_name, fields, "user", now, now)
        sealed = json.dumps(self._sealer.seal(fields))

        def insert(tables: Tables) -> None:
            tables.execute(
                "INSERT INTO personas VALUES (?, ?, ?, ?, ?, ?)",
                [record.persona_id, persona_name, record.persona_type, sealed, now, now],
            )

        await self._database.write(insert)
        return record

    async def get(self, persona_id: str) -> PersonaRecord | None:
        """Return a persona, stock ones too."""
        return await self._database.read(lambda tables: self._find(tables, persona_id), rows=1)

    async def page(
        self, window: Window, *, persona_type: str | None = None, name: str | None = None
    ) -> Page[PersonaRecord]:
        """Return a page of the personas of this type whose name contains `name`."""
        filters = Filters()
        filters.equal("persona_type", persona_type)
        filters.contains("persona_name", name)
        return await self._database.read(
            lambda tables: select_page(tables, "personas", filters, window, self._record), rows=window.rows
        )

    async def change(
        self, persona_id: str, edit: Callable[[PersonaRecord], PersonaRecord]
    ) -> tuple[PersonaRecord, bool] | None:
        """Replace a persona by what `edit` makes of it, in one transaction; returns it and whether it changed, None when there is none.

        What `edit` raises leaves everything as it was.
        """

        def update(tables: Tables) -> tuple[PersonaRecord, bool] | None:
            changed = edited(self._find(tables, persona_id), edit)
            if changed is None or not changed[1]:
                return changed
            wanted, _ = changed
            tables.execute(
                "UPDATE personas SET persona_name = ?, fields = ?, updated_at = ? WHERE persona_id = ?",
                [wanted.persona_name, json.dumps(self._sealer.seal(wanted.fields)), wanted.updated_at, persona_id],
            )
            return changed

        return await self._database.write(update)

    async def delete(self, persona_id: str) -> bool:
        """Remove a persona; False when there is none. Conversations that were held with it keep its id."""
        statement = "DELETE FROM personas WHERE persona_id = ?"
        return await self._database.write(lambda tables: tables.execute(statement, [persona_id]).rowcount > 0)

    async def install_stock(self, stock: list[StockPersona]) -> None:
        """Bring the stock personas up to what this version ships."""
        now = utc_now()

        def upsert(tables: Tables) -> None:
            for persona in stock:
                tables.execute(
                    """INSERT INTO personas VALUES (?, ?, 'system', ?, ?, ?)
                    ON CONFLICT (persona_id) DO UPDATE SET
                        persona_name = excluded.persona_name, fields = excluded.fields, updated_at = excluded.updated_at
                    WHERE persona_name != excluded.persona_name OR fields != excluded.fields""",
                    [persona.persona_id, persona.persona_name, json.dumps(persona.fields), now, now],
                )

        await self._database.write(upsert)

    def _find(self, tables: Tables, persona_id: str) -> PersonaRecord | None:
        rows = tables.query("SELECT * FROM personas WHERE persona_id = ?", [persona_id])
        return next((self._record(row) for row in rows), None)

    def _record(self, row: dict[str, Any]) -> PersonaRecord:
        return PersonaRecord(
            persona_id=row["persona_id"],
            persona_name=row["persona_name"],
            fields=self._sealer.unseal(json.loads(row["fields"])),
            persona_type=row["persona_type"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
        )
