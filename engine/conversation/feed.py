"""What a call tells, for listeners outside its room: each reads at its own pace, and none of them can hold the call up."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.store.records import ConversationEvent

KEPT = 1000
"""Messages that a new reader gets first, and by which a reader may fall behind before it is cut off."""
QUIET = 15.0
"""Seconds without a message after which listeners are told that there is none."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One message."""

    event_id: int
    """Microseconds since the epoch; rises over the call, and names a stored event by its timestamp."""
    message: dict[str, Any]


class Feed:
    """The latest messages of one call; everything runs on the event loop."""

    def __init__(self, kept: int = KEPT) -> None:
        self._entries: deque[FeedEntry] = deque(maxlen=2 * kept)
        self._kept = kept
        self._passed = 0
        """Messages that were told before the first one that is kept."""
        self._latest = 0
        self._changed = asyncio.Event()
        self._closed = False

    def publish(self, message: dict[str, Any], event_id: int | None = None) -> None:
        """Add a message; `event_id` names a stored one."""
        wanted = time.time_ns() // 1000 if event_id is None else event_id
        self._latest = max(wanted, self._latest + 1)
        if len(self._entries) == self._entries.maxlen:
            self._passed += 1
        self._entries.append(FeedEntry(self._latest, message))
        self._wake()

    def publish_event(self, conversation_id: str, event: ConversationEvent) -> None:
        """Add an event that was stored."""
        entry = stored_entry(conversation_id, event)
        self.publish(entry.message, entry.event_id)

    def close(self) -> None:
        """Nothing follows any more."""
        self._closed = True
        self._wake()

    async def follow(self, after: int = 0, quiet: float = QUIET) -> AsyncIterator[FeedEntry | None]:
        """Yield what is kept after the message with the id `after`, then what follows, until the feed is closed.

        None: nothing was told for `quiet` seconds. Ends early for a reader who has missed something.
        """
        newer = sum(entry.event_id > after for entry in self._entries)
        position = self._passed + len(self._entries) - min(newer, self._kept)
        while position >= self._passed:
            if position < self._passed + len(self._entries):
                position += 1
                yield self._entries[position - 1 - self._passed]
                continue
            if self._closed:
                return
            changed = self._changed
            try:
                async with asyncio.timeout(quiet):
                    await changed.wait()
            except TimeoutError:
                yield None

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def stored_entry(conversation_id: str, event: ConversationEvent) -> FeedEntry:
    """Return a stored event as listeners get it."""
    moment = datetime.fromisoformat(event.timestamp).astimezone(UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    message = {
        "message_type": event.message_type,
        "event_type": event.event_type,
        "conversation_id": conversation_id,
        "properties": event.properties,
        "timestamp": event.timestamp,
    }
    return FeedEntry((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds, message)
