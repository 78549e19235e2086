"""The captions of a recording, made of what a call tells."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

LONGEST = 32
"""Turns of which the words may still come; more are none."""
STARTED = {"conversation.user.started_speaking": "user", "conversation.replica.started_speaking": "replica"}
STOPPED = {"conversation.user.stopped_speaking": "user", "conversation.replica.stopped_speaking": "replica"}


class CaptionSink(Protocol):
    """Takes captions."""

    def caption(self, at: int, speaker: str, text: str, duration: float) -> None:
        """Take what a speaker said from media sample `at` on; `duration` in seconds."""


class _Turn(NamedTuple):
    at: int
    duration: float


class RecordedWords:
    """Puts every utterance at the media sample at which its turn began to be heard."""

    def __init__(self, replica_name: str, position: Callable[[], int]) -> None:
        """`position`: the media sample that is heard now."""
        self._replica_name = replica_name or "Replica"
        self._position = position
        self._turns: dict[tuple[str, str], _Turn] = {}
        self.sink: CaptionSink | None = None
        """The recording that runs."""

    def take(self, message: Mapping[str, Any]) -> None:
        """Take a message that the room is told."""
        event_type, turn_id = str(message.get("event_type")), str(message.get("inference_id"))
        properties: Mapping[str, Any] = message.get("properties") or {}
        if event_type in STARTED:
            self._turns[STARTED[event_type], turn_id] = _Turn(self._position(), 0.0)
            if len(self._turns) > LONGEST:
                del self._turns[next(iter(self._turns))]
        elif event_type in STOPPED:
            begun = self._turns.get((STOPPED[event_type], turn_id))
            if begun is not None:
                self._turns[STOPPED[event_type], turn_id] = begun._replace(duration=properties.get("duration") or 0.0)
        elif event_type == "conversation.utterance":
            role = str(properties.get("role"))
            # What was typed took no time.
            turn = self._turns.pop((role, turn_id), None) or _Turn(self._position(), 0.0)
            if self.sink is not None:
                self.sink.caption(turn.at, self._speaker(role, properties), str(properties["speech"]), turn.duration)

    def _speaker(self, role: str, properties: Mapping[str, Any]) -> str:
        if role == "replica":
            return self._replica_name
        return str((properties.get("participant") or {}).get("user_name") or "User")
