"""Where the time of the latest turns went, in the store: a call that is over can still be explained."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database as Tables

from engine.store.database import Database

KEPT = 200
"""Turns of the whole installation; older ones go."""


@dataclass(frozen=True, slots=True)
class TurnTraceRecord:
    """One turn that is over."""

    conversation_id: str
    turn_idx: int
    inference_id: str
    outcome: str
    """`answered`, `interrupted`, `resumed` (the person went on before a word was heard) or `dropped`."""
    last_voiced_at: float
    """Seconds on the monotonic clock of the engine that held the call."""
    first_sound_ms: float | None
    """Milliseconds after the last voiced sample; None when nothing was heard."""
    stages: list[dict[str, Any]]
    """`name`, `start_ms` and `end_ms` after the last voiced sample, `cancelled`; in the order in which they ended."""
    created_at: str
    """When the person's last voiced sample reached the engine."""

    def as_json(self) -> dict[str, Any]:
        """Return the turn as the running call told it."""
        return {
            "turn_idx": self.turn_idx,
            "inference_id": self.inference_id,
            "outcome": self.outcome,
            "last_voiced_at": self.last_voiced_at,
            "first_sound_ms": self.first_sound_ms,
            "stages": self.stages,
        }


class TurnTraceRepository:
    """Keeps the last KEPT turns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, turns: Sequence[TurnTraceRecord]) -> None:
        """Add turns and let the oldest ones go, in one transaction; one that is there already, or whose conversation is gone, is passed
        over."""

        def change(tables: Tables) -> None:
            for turn in turns:
                _insert(tables, turn)
            tables.execute(
                "DELETE FROM turn_traces WHERE trace_id <= "
                "(SELECT trace_id FROM turn_traces ORDER BY trace_id DESC LIMIT 1 OFFSET ?)",
                [KEPT],
            )

        await self._database.write(change)

    async def of(self, conversation_id: str) -> list[TurnTraceRecord]:
        """Return what is kept of a conversation's turns, the oldest first."""
        query = "SELECT * FROM turn_traces WHERE conversation_id = ? ORDER BY trace_id"
        return await self._database.read(
            lambda tables: [_record(row) for row in tables.query(query, [conversation_id])]
        )

    async def latest(self, limit: int) -> list[TurnTraceRecord]:
        """Return the latest turns of all conversations but deleted ones, the newest first."""
        query = (
            "SELECT turn_traces.* FROM turn_traces JOIN conversations USING (conversation_id) "
            "WHERE deleted_at IS NULL ORDER BY trace_id DESC LIMIT ?"
        )
        return await self._database.read(
            lambda tables: [_record(row) for row in tables.query(query, [limit])], rows=limit
        )


def _insert(tables: Tables, turn: TurnTraceRecord) -> None:
    tables.execute(
        "INSERT INTO turn_traces (conversation_id, turn_idx, inference_id, outcome, last_voiced_at, first_sound_ms, stages, created_at) "
        "SELECT conversation_id, ?, ?, ?, ?, ?, ?, ? FROM conversations WHERE conversation_id = ? ON CONFLICT DO NOTHING",
        [
            turn.turn_idx,
            turn.inference_id,
            turn.outcome,
            turn.last_voiced_at,
            turn.first_sound_ms,
            json.dumps(turn.stages),
            turn.created_at,
            turn.conversation_id,
        ],
    )


def _record(row: dict[str, Any]) -> TurnTraceRecord:
    columns = {name: value for name, value in row.items() if name != "trace_id"}
    return TurnTraceRecord(**{**columns, "stages": json.loads(row["stages"])})
