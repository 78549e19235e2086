"""What everyone in the room is told, in the order of the call."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from engine.conversation.events import Event, StreamingUtterance
from engine.conversation.events import Speaker as Role
from engine.conversation.person import Person


class Announcer:
    """Counts the events and the turns of one call; `send` gets each event as a JSON object."""

    def __init__(self, conversation_id: str, send: Callable[[dict[str, Any]], None]) -> None:
        self.turn_idx = 0
        """The turn that is running."""
        self._conversation_id = conversation_id
        self._send = send
        self._seq = 0
        self._captions: Counter[tuple[str, Role]] = Counter()

    def announce(self, event: Event) -> None:
        """Tell everyone; the event gets its place in the order of the call."""
        self._seq += 1
        self._send(event.message(self._conversation_id, self._seq, self.turn_idx, time.time()))

    def caption(
        self,
        inference_id: str,
        role: Role,
        words: str,
        *,
        final: bool = False,
        interrupted: bool = False,
        person: Person | None = None,
    ) -> None:
        """Tell the words of an utterance so far; each is numbered within its utterance."""
        index = self._captions[inference_id, role]
        self._captions[inference_id, role] += 1
        self.announce(
            StreamingUtterance(inference_id, role, words, index, final=final, is_interrupted=interrupted, person=person)
        )
