"""What comes in pieces from outside while it is already being said."""

import asyncio

from engine.room.playout import MEDIA_RATE, Playout

STARVED = 2 * MEDIA_RATE
"""Media samples that a stream which was not finished may say nothing before what waits behind it goes on."""


class Inflow:
    """The end of a stream, and a way to wait for more of it. Everything runs on the event loop."""

    def __init__(self) -> None:
        self.ended = False
        """Nothing more comes."""
        self.dropped = False
        """Nobody will hear what still comes: it was interrupted."""
        self._changed = asyncio.Event()

    def end(self) -> None:
        """Note that it is complete."""
        self.ended = True
        self.wake()

    def drop(self) -> None:
        """Note that the rest is of no use."""
        self.dropped = True
        self.end()

    def wake(self) -> None:
        """Let whoever waits look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def more(self, playout: Playout, until: int) -> None:
        """Wait until something has changed, or the media clock has come to `until`."""
        waits = {asyncio.ensure_future(self._changed.wait()), asyncio.ensure_future(playout.played(until))}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


class TextStream(Inflow):
    """A text that comes in pieces, which are joined as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.length = 0
        """Characters so far."""

    def add(self, piece: str) -> None:
        """Take the next piece."""
        self.pieces.append(piece)
        self.length += len(piece)
        self.wake()
