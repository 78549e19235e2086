"""What was said in a call, as people heard it."""

from dataclasses import dataclass
from typing import Any

from engine.layers.llm.protocol import Message, Role


@dataclass(frozen=True, slots=True)
class TranscriptEntry:
    """One turn."""

    role: Role
    content: str
    seconds_from_start: float
    """When the turn began, after the start of the call."""
    duration: float
    """Seconds of speech; 0 for what was typed."""
    inference_id: str
    name: str = ""
    """Who said it, where prompts need to tell people apart."""

    @property
    def message(self) -> Message:
        """The turn as the language model sees it."""
        return Message(self.role, named(self.name, self.content))


def named(name: str, words: str) -> str:
    """Return somebody's words with their name before them, if they have one and there are words."""
    return f"{name}: {words}" if name and words else words


def joined(earlier: str, later: str, name: str) -> str:
    """Return the words of neighbouring turns as one; somebody who is named begins a line."""
    return f"{earlier}{chr(10) if name else ' '}{later}".strip()


class Transcript:
    """The turns of a call in order; the history that the language model sees is made of them."""

    def __init__(self) -> None:
        self._entries: list[TranscriptEntry] = []

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: TranscriptEntry, place: int | None = None) -> None:
        """Take a turn that is over. `place`: how many there were when it began, if not all of them: what is said into an answer comes
        behind it."""
        self._entries.insert(len(self._entries) if place is None else place, entry)

    def history(self) -> list[Message]:
        """Return the turns as messages; neighbours of one role are joined, as chat templates want them to alternate."""
        messages: list[Message] = []
        for entry in self._entries:
            message = entry.message
            if messages and messages[-1].role == entry.role:
                messages[-1] = Message(entry.role, joined(messages[-1].content, message.content, entry.name))
            else:
                messages.append(message)
        return messages

    def as_json(self, system: Message) -> list[dict[str, Any]]:
        """Return the transcript as callbacks and verbose answers carry it, the system message first (seed: Webhooks and Callbacks)."""
        entries: list[dict[str, Any]] = [{"role": system.role, "content": system.content}]
        entries.extend(
            {
                "role": entry.role,
                "content": entry.content,
                "seconds_from_start": round(entry.seconds_from_start, 3),
                "duration": round(entry.duration, 3),
                "inference_id": entry.inference_id,
            }
            for entry in self._entries
        )
        return entries
