"""Conversations and their events in the store."""

import json
from typing import Any

from sqlite_utils import Database as Tables

from engine.store.call_events import internal_error, shutdown, transcription_ready
from engine.store.database import Database
from engine.store.identifiers import CONVERSATION
from engine.store.listing import Filters, Page, Window, select_page
from engine.store.outbox import Outbox
from engine.store.records import ConversationEvent, ConversationRecord
from engine.store.sealing import Sealer
from engine.store.timestamps import utc_now


class ConversationRepository:
    """Keeps conversations; what happens in one and its callback are one transaction.

    Secrets in the properties and fields (see `engine.store.sealing`) are encrypted on the disk and plain in the records.
    """

    def __init__(self, database: Database, outbox: Outbox, sealer: Sealer) -> None:
        self._database = database
        self._outbox = outbox
        self._sealer = sealer

    async def create(
        self,
        *,
        conversation_name: str,
        persona_id: str,
        replica_id: str,
        conversational_context: str = "",
        custom_greeting: str = "",
        callback_url: str = "",
        properties: dict[str, Any] | None = None,
        fields: dict[str, Any] | None = None,
        status: str = "active",
    ) -> ConversationRecord:
        """Add a conversation."""
        now = utc_now()
        record = ConversationRecord(
            conversation_id=CONVERSATION.new(),
            conversation_name=conversation_name,
            persona_id=persona_id,
            replica_id=replica_id,
            status=status,
            conversational_context=conversational_context,
            custom_greeting=custom_greeting,
            callback_url=callback_url,
            properties=properties or {},
            fields=fields or {},
            created_at=now,
            updated_at=now,
        )
        await self._database.write(lambda tables: self._insert(tables, record))
        return record

    async def get(self, conversation_id: str, *, deleted: bool = False) -> ConversationRecord | None:
        """Return a conversation; one that was deleted, but not erased, only if it is asked for."""
        return await self._database.read(lambda tables: self._find(tables, conversation_id, deleted=deleted), rows=1)

    async def page(
        self, window: Window, *, status: str | None = None, name: str | None = None
    ) -> Page[ConversationRecord]:
        """Return a page of the conversations in this status whose name contains `name`."""
        filters = Filters()
        filters.missing("deleted_at")
        filters.equal("status", status)
        filters.contains("conversation_name", name)
        return await self._database.read(
            lambda tables: select_page(tables, "conversations", filters, window, self._record), rows=window.rows
        )

    async def events(self, conversation_id: str) -> list[ConversationEvent]:
        """Return what happened in a conversation, in order."""
        query = "SELECT * FROM events WHERE conversation_id = ? ORDER BY event_id"
        return await self._database.read(
            lambda tables: [
                ConversationEvent(
                    row["event_type"], row["message_type"], json.loads(row["properties"]), row["timestamp"]
                )
                for row in tables.query(query, [conversation_id])
            ]
        )

    async def record_event(self, conversation_id: str, event: ConversationEvent) -> bool:
        """Add an event and its callback, in one transaction; False when the conversation is gone."""
        found = await self._database.write(lambda tables: self.add_event(tables, conversation_id, event))
        self._outbox.announce()
        return found

    def add_event(self, tables: Tables, conversation_id: str, event: ConversationEvent) -> bool:
        """Add an event and its callback within the caller's transaction, who calls `announce` behind it; False when the conversation
        is gone."""
        record = self._find(tables, conversation_id)
        if record is not None:
            self._add_event(tables, record, event)
        return record is not None

    def announce(self) -> None:
        """Have the callbacks sent that were added by others' transactions."""
        self._outbox.announce()

    async def end(self, conversation_id: str, events: list[ConversationEvent]) -> bool:
        """Mark a conversation ended and add its last events and their callbacks, in one transaction.

        False, and nothing changes, when it is ended already or gone.
        """
        ended = await self._database.write(lambda tables: self._end(tables, conversation_id, events))
        self._outbox.announce()
        return ended

    async def keep_transcript(self, conversation_id: str, transcript: list[dict[str, Any]]) -> None:
        """Keep the words so far of a running conversation, for the case that its end is never written."""
        statement = (
            "INSERT OR REPLACE INTO running_transcripts "
            "SELECT conversation_id, ? FROM conversations WHERE conversation_id = ? AND status = 'active'"
        )
        words = json.dumps(transcript)
        await self._database.write(lambda tables: tables.execute(statement, [words, conversation_id]))

    async def end_abandoned(self, step: str = "process_restart") -> list[str]:
        """End what a crashed process left active, with an internal error at `step` and the words that were kept; returns the ids."""

        def end_all(tables: Tables) -> list[str]:
            query = (
                "SELECT conversation_id, replica_id, transcript FROM conversations "
                "LEFT JOIN running_transcripts USING (conversation_id) WHERE status = 'active'"
            )
            rows = list(tables.query(query))
            for row in rows:
                events = [shutdown(row["replica_id"], internal_error(step))]
                if row["transcript"] is not None:
                    events.append(transcription_ready(row["replica_id"], json.loads(row["transcript"])))
                self._end(tables, row["conversation_id"], events)
            return [row["conversation_id"] for row in rows]

        ended = await self._database.write(end_all)
        self._outbox.announce()
        return ended

    async def delete(self, conversation_id: str, *, hard: bool = False) -> bool:
        """Hide a conversation from now on; `hard` erases it, its events and its callbacks. False when there is none."""

        def remove(tables: Tables) -> bool:
            if hard:
                tables.execute("DELETE FROM outbox WHERE stream = ?", [conversation_id])
                statement, parameters = "DELETE FROM conversations WHERE conversation_id = ?", [conversation_id]
            else:
                statement = "UPDATE conversations SET deleted_at = ? WHERE conversation_id = ? AND deleted_at IS NULL"
                parameters = [utc_now(), conversation_id]
            return tables.execute(statement, parameters).rowcount > 0

        return await self._database.write(remove)

    def _end(self, tables: Tables, conversation_id: str, events: list[ConversationEvent]) -> bool:
        record = self._find(tables, conversation_id)
        if record is None or record.status == "ended":
            return False
        for event in events:
            self._add_event(tables, record, event)
        tables.execute("DELETE FROM running_transcripts WHERE conversation_id = ?", [conversation_id])
        tables.execute(
            "UPDATE conversations SET status = 'ended', updated_at = ? WHERE conversation_id = ?",
            [utc_now(), conversation_id],
        )
        return True

    def _add_event(self, tables: Tables, record: ConversationRecord, event: ConversationEvent) -> None:
        tables.execute(
            "INSERT INTO events (conversation_id, event_type, message_type, properties, timestamp) VALUES (?, ?, ?, ?, ?)",
            [
                record.conversation_id,
                event.event_type,
                event.message_type,
                json.dumps(event.properties),
                event.timestamp,
            ],
        )
        tables.execute(
            "UPDATE conversations SET updated_at = ? WHERE conversation_id = ?", [utc_now(), record.conversation_id]
        )
        self._outbox.enqueue(tables, record.conversation_id, record.callback_url, _callback(record, event))

    def _find(self, tables: Tables, conversation_id: str, *, deleted: bool = True) -> ConversationRecord | None:
        rows = tables.query("SELECT * FROM conversations WHERE conversation_id = ?", [conversation_id])
        return next((self._record(row) for row in rows if deleted or row["deleted_at"] is None), None)

    def _insert(self, tables: Tables, record: ConversationRecord) -> None:
        tables.execute(
            "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            [
                record.conversation_id,
                record.conversation_name,
                record.persona_id,
                record.replica_id,
                record.status,
                record.conversational_context,
                record.custom_greeting,
                record.callback_url,
                json.dumps(self._sealer.seal(record.properties)),
                json.dumps(self._sealer.seal(record.fields)),
                record.created_at,
                record.updated_at,
            ],
        )

    def _record(self, row: dict[str, Any]) -> ConversationRecord:
        return ConversationRecord(
            conversation_id=row["conversation_id"],
            conversation_name=row["conversation_name"],
            persona_id=row["persona_id"],
            replica_id=row["replica_id"],
            status=row["status"],
            conversational_context=row["conversational_context"],
            custom_greeting=row["custom_greeting"],
            callback_url=row["callback_url"],
            properties=self._sealer.unseal(json.loads(row["properties"])),
            fields=self._sealer.unseal(json.loads(row["fields"])),
            created_at=row["created_at"],
            updated_at=row["updated_at"],
        )


def _callback(record: ConversationRecord, event: ConversationEvent) -> dict[str, Any]:
    return {
        "properties": event.properties,
        "conversation_id": record.conversation_id,
        "webhook_url": record.callback_url,
        "event_type": event.event_type,
        "message_type": event.message_type,
        "timestamp": event.timestamp,
    }
