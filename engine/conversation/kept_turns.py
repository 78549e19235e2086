"""What is written down of a call's turns: where the time of each went, once it is closed."""

import logging
import time
from collections.abc import Iterable, Reversible
from datetime import UTC, datetime, timedelta
from itertools import dropwhile, takewhile

from engine.conversation.trace import TurnTrace
from engine.store.errors import StoreError
from engine.store.timestamps import timestamp
from engine.store.turn_traces import TurnTraceRecord, TurnTraceRepository

log = logging.getLogger(__name__)

HEARD = frozenset({"answered", "interrupted"})
"""How turns end for good."""


class KeptTurns:
    """Hands the turns of one call to the store, whose writer thread has the work."""

    def __init__(self, conversation_id: str, traces: Reversible[TurnTrace], repository: TurnTraceRepository) -> None:
        """`traces`: the turns of the running call, the oldest first; it grows, and may lose its oldest."""
        self._conversation_id = conversation_id
        self._traces = traces
        self._repository = repository
        self._latest: TurnTrace | None = None
        """The latest one that was written."""

    async def keep(self, *, over: bool = False) -> None:
        """Write what has closed since the last time: all turns up to the latest whose answer was heard; those behind it when the
        call is over, as until then an answer that was thrown away may be prepared anew.

        What could not be written is written the next time.
        """
        new = list(takewhile(lambda trace: trace is not self._latest, reversed(self._traces)))
        if not over:
            new = list(dropwhile(lambda trace: trace.outcome not in HEARD, new))
        if not new:
            return
        try:
            await self._repository.add(self._records(reversed(new)))
        except StoreError:
            log.warning("where the time of turns of call %s went could not be kept", self._conversation_id)
        else:
            self._latest = new[0]

    def _records(self, traces: Iterable[TurnTrace]) -> list[TurnTraceRecord]:
        now, clock = datetime.now(UTC), time.monotonic()
        return [
            TurnTraceRecord(
                conversation_id=self._conversation_id,
                created_at=timestamp(now - timedelta(seconds=clock - trace.last_voiced)),
                **trace.as_json(),
            )
            for trace in traces
            if trace.outcome != "pending"
        ]
