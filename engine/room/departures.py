"""Connections that are being closed, and what became of the media of those that were."""

import asyncio

from engine.room.media_counts import MediaCounts
from engine.room.participant import Participant


class Departures:
    """Closes connections behind the back of who goes on."""

    def __init__(self) -> None:
        self.media = MediaCounts()
        """Of all connections that came here."""
        self._closing: set[asyncio.Task[None]] = set()

    def close(self, participant: Participant) -> None:
        """Close a connection; nothing of it counts any more."""
        self.media += participant.media
        task = asyncio.create_task(participant.close(), name="participant-close")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def done(self) -> None:
        """Wait until all are closed."""
        if self._closing:
            await asyncio.wait(self._closing)
