"""A parrot, which stands for any engine from voice to voice: it hears a person in a room, and the replica says what it makes of that.

    python parrot.py http://127.0.0.1:8765/c1234

The conversation is one of the echo-mode persona `pipecat0`: the replica has a face here, and all its words from elsewhere.
"""

import asyncio
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.room.client import ReceivedSound, RoomClient

RATE = 16_000
LOUD = 1_000
"""Of 32,767: what is heard as speech."""
PAUSE, SHORTEST = 0.6, 0.3
"""Seconds of silence after which somebody has finished, and of speech that are more than a noise."""


class Parrot:
    """Keeps what a person says until they have finished; what is heard while the replica speaks is its own voice."""

    def __init__(self) -> None:
        self.finished: asyncio.Queue[NDArray[np.int16]] = asyncio.Queue()
        self._pieces: list[NDArray[np.int16]] = []
        self._spoken, self._quiet = 0.0, 0.0
        self._replica_speaks = False

    def hear(self, sound: ReceivedSound) -> None:
        """Take 20 ms of the room."""
        seconds, loud = sound.pcm.size / RATE, bool(np.abs(sound.pcm).max() > LOUD)
        if self._replica_speaks or not (loud or self._pieces):
            return
        self._pieces.append(sound.pcm)
        self._spoken += seconds if loud else 0.0
        self._quiet = 0.0 if loud else self._quiet + seconds
        if self._quiet >= PAUSE:
            if self._spoken >= SHORTEST:
                self.finished.put_nowait(np.concatenate(self._pieces))
            self._forget()

    def follow(self, message: dict[str, Any]) -> None:
        """Take an event of the conversation."""
        if message["event_type"] == "conversation.replica.started_speaking":
            self._replica_speaks = True
            self._forget()
        elif message["event_type"] == "conversation.replica.stopped_speaking":
            self._replica_speaks = False

    def _forget(self) -> None:
        self._pieces, self._spoken, self._quiet = [], 0.0, 0.0


async def main(conversation_url: str) -> None:
    """Repeat what is said until the conversation is over."""
    parrot, number = Parrot(), 0
    async with RoomClient() as room:
        room.on_sound(parrot.hear, sample_rate=RATE)
        room.on_message(parrot.follow)
        await room.join(conversation_url, user_name="parrot", others=0)
        closed = asyncio.create_task(room.wait_closed())
        while True:
            said = asyncio.create_task(parrot.finished.get())
            await asyncio.wait({said, closed}, return_when=asyncio.FIRST_COMPLETED)
            if closed.done():
                said.cancel()
                return
            number += 1
            # 100 ms at a time and faster than real time, as an engine makes them; an engine begins before the person has finished.
            pieces = np.array_split(said.result(), max(1, said.result().size // (RATE // 10)))
            for piece in pieces:
                await room.send_audio(piece, RATE, f"repeated-{number}", done=piece is pieces[-1])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
