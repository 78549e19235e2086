"""Recordings of conversations in the store: what was begun, where it lies, and what is still to be done with it."""

from collections.abc import Iterator
from dataclasses import astuple, replace
from typing import Any

from sqlite_utils import Database as Tables

from engine.store.call_events import recording_ready
from engine.store.conversations import ConversationRepository
from engine.store.database import Database
from engine.store.identifiers import RECORDING
from engine.store.records import RecordingRecord
from engine.store.timestamps import utc_now

LOCAL_BUCKET = "local"
"""The `bucket_name` of recordings that lie in this appliance's own folder."""


class RecordingRepository:
    """Keeps recordings; that one is ready and its callback are one transaction."""

    def __init__(self, database: Database, conversations: ConversationRepository) -> None:
        self._database = database
        self._conversations = conversations

    async def create(self, conversation_id: str, s3_key: str) -> RecordingRecord:
        """Add a recording that begins now; its row is there before its file, so that none is ever without."""
        now = utc_now()
        record = RecordingRecord(
            recording_id=RECORDING.new(),
            conversation_id=conversation_id,
            status="recording",
            bucket_name=LOCAL_BUCKET,
            s3_key=s3_key,
            duration=0.0,
            size=0,
            captions=False,
            error="",
            created_at=now,
            updated_at=now,
        )
        await self._database.write(lambda tables: _insert(tables, record))
        return record

    async def get(self, recording_id: str) -> RecordingRecord | None:
        """Return a recording."""
        query = "SELECT * FROM recordings WHERE recording_id = ?"
        return await self._database.read(lambda tables: next(_found(tables, query, [recording_id]), None), rows=1)

    async def of_conversation(self, conversation_id: str) -> list[RecordingRecord]:
        """Return the recordings of a conversation, the oldest first."""
        query = "SELECT * FROM recordings WHERE conversation_id = ? ORDER BY created_at, recording_id"
        return await self._database.read(lambda tables: list(_found(tables, query, [conversation_id])))

    async def in_status(self, status: str) -> list[RecordingRecord]:
        """Return all recordings in a status, the oldest first."""
        query = "SELECT * FROM recordings WHERE status = ? ORDER BY created_at, recording_id"
        return await self._database.read(lambda tables: list(_found(tables, query, [status])))

    async def whole(
        self, recording_id: str, *, duration: float, size: int, captions: bool, error: str = ""
    ) -> RecordingRecord | None:
        """Note that the file is whole and waits to be put where it belongs; None when the recording is gone."""
        return await self._change(
            recording_id, status="storing", duration=duration, size=size, captions=captions, error=error
        )

    async def note(self, recording_id: str, error: str) -> None:
        """Note why a recording could not be put where it belongs yet."""
        await self._change(recording_id, error=error)

    async def failed(self, recording_id: str, error: str) -> None:
        """Note that nothing came of a recording."""
        await self._change(recording_id, status="failed", error=error)

    async def ready(self, recording_id: str, *, bucket_name: str, s3_key: str) -> bool:
        """Note where a recording lies for good, and tell the conversation's owner, in one transaction; once, however often it is
        called. False when the recording is gone or is ready already."""

        def change(tables: Tables) -> bool:
            record = next(_found(tables, "SELECT * FROM recordings WHERE recording_id = ?", [recording_id]), None)
            if record is None or record.status == "ready":
                return False
            changed = replace(record, status="ready", bucket_name=bucket_name, s3_key=s3_key, updated_at=utc_now())
            _update(tables, changed)
            event = recording_ready(bucket_name, s3_key, round(record.duration))
            return self._conversations.add_event(tables, record.conversation_id, event)

        told = await self._database.write(change)
        self._conversations.announce()
        return told

    async def _change(self, recording_id: str, **values: Any) -> RecordingRecord | None:
        def change(tables: Tables) -> RecordingRecord | None:
            record = next(_found(tables, "SELECT * FROM recordings WHERE recording_id = ?", [recording_id]), None)
            if record is None:
                return None
            changed = replace(record, **values, updated_at=utc_now())
            _update(tables, changed)
            return changed

        return await self._database.write(change)


def _found(tables: Tables, query: str, parameters: list[Any]) -> Iterator[RecordingRecord]:
    for row in tables.query(query, parameters):
        yield RecordingRecord(**{**row, "captions": bool(row["captions"])})


def _insert(tables: Tables, record: RecordingRecord) -> None:
    tables.execute("INSERT INTO recordings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", list(astuple(record)))


def _update(tables: Tables, record: RecordingRecord) -> None:
    tables.execute(
        "UPDATE recordings SET status = ?, bucket_name = ?, s3_key = ?, duration = ?, size = ?, captions = ?, error = ?, "
        "updated_at = ? WHERE recording_id = ?",
        [
            record.status,
            record.bucket_name,
            record.s3_key,
            record.duration,
            record.size,
            record.captions,
            record.error,
            record.updated_at,
            record.recording_id,
        ],
    )
