"""The captions of a recording, made of what a call tells."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from engine.room.playout import MEDIA_RATE

LONGEST = 32
"""Turns of which the words may still come; more are none."""
JUST_NOW = MEDIA_RATE // 2
"""Media samples (0.5 s) between the end of a call, or of its last visit, and that of its recording."""
STARTED = {"conversation.user.started_speaking": "user", "conversation.replica.started_speaking": "replica"}
STOPPED = {"conversation.user.stopped_speaking": "user", "conversation.replica.stopped_speaking": "replica"}


class CaptionSink(Protocol):
    """Takes captions."""

    def caption(self, at: int, speaker: str, text: str, duration: float) -> None:
        """Take what a speaker said from media sample `at` on; `duration` in seconds."""


class _Turn(NamedTuple):
    at: int
    duration: float = 0.0
    stopped: int | None = None
    """The media sample at which nothing more was said; None while it goes on."""
    speaker: str = ""
    words: str = ""
    """What streaming captions told so far."""


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
            self._turns[STARTED[event_type], turn_id] = _Turn(self._position())
            if len(self._turns) > LONGEST:
                del self._turns[next(iter(self._turns))]
        elif event_type in STOPPED:
            duration = properties.get("duration") or 0.0
            self._follow((STOPPED[event_type], turn_id), duration=duration, stopped=self._position())
        elif event_type == "conversation.utterance.streaming":
            role = str(properties.get("role"))
            self._follow((role, turn_id), speaker=self._speaker(role, properties), words=str(properties["speech"]))
        elif event_type == "conversation.utterance":
            role = str(properties.get("role"))
            # What was typed took no time.
            turn = self._turns.pop((role, turn_id), None) or _Turn(self._position())
            if self.sink is not None:
                self.sink.caption(turn.at, self._speaker(role, properties), str(properties["speech"]), turn.duration)

    def end(self) -> None:
        """The recording ends: what was heard so far of turns that nobody has finished are its last words."""
        sink, self.sink = self.sink, None
        if sink is None:
            return
        now = self._position()
        for (role, _), turn in self._turns.items():
            # Who is still speaking when the call ends has their turn dropped, just before the recording ends too.
            cut_off = role == "user" and turn.stopped is not None and now - turn.stopped <= JUST_NOW
            if turn.words and (turn.stopped is None or cut_off):
                sink.caption(turn.at, turn.speaker, turn.words, (now - turn.at) / MEDIA_RATE)

    def _follow(self, key: tuple[str, str], **changes: Any) -> None:
        if key in self._turns:
            self._turns[key] = self._turns[key]._replace(**changes)

    def _speaker(self, role: str, properties: Mapping[str, Any]) -> str:
        if role == "replica":
            return self._replica_name
        return str((properties.get("participant") or {}).get("user_name") or "User")
