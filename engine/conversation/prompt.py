"""What the language model is told: persona, context, the conversation so far."""

from collections.abc import Sequence
from datetime import datetime

from engine.conversation.transcript import joined, named
from engine.errors import InvalidInputError
from engine.layers.llm.protocol import Message
from engine.store.records import PersonaRecord

SPOKEN_STYLE = (
    "You are on a live video call and everything you write is spoken aloud. "
    "Answer in one or two short sentences of plain speech, without lists, markup, emojis or stage directions."
)


LONGEST_CONTEXT = 100_000
"""Characters of conversational context that a call may gather."""


class PromptBuilder:
    """Builds the messages of each turn. Their beginning stays the same during a call, so that it is evaluated only once."""

    def __init__(
        self, persona: PersonaRecord, conversational_context: str, now: datetime, *, language: str = ""
    ) -> None:
        """`language`: a sentence that says in which language to answer."""
        self._persona = persona
        self._language = language
        self._now = now
        self.conversational_context = conversational_context

    def system(self) -> Message:
        """Return the system message; `now` carries the local zone."""
        parts = [
            str(self._persona.fields.get("system_prompt") or ""),
            str(self._persona.fields.get("context") or ""),
            self.conversational_context,
            f"{SPOKEN_STYLE} {self._language}",
            f"It is {self._now:%A, %d %B %Y, %H:%M} ({self._now.tzname() or 'local time'}).",
        ]
        return Message("system", "\n\n".join(part.strip() for part in parts if part and part.strip()))

    def append(self, context: str) -> None:
        """Add to the conversational context; raises InvalidInputError when that becomes too long."""
        longer = f"{self.conversational_context}\n\n{context}".strip()
        if len(longer) > LONGEST_CONTEXT:
            accepted = f"at most {LONGEST_CONTEXT} characters of conversational context in all are"
            raise InvalidInputError("properties.context", context, accepted)
        self.conversational_context = longer

    def messages(self, history: Sequence[Message], words: str, name: str = "") -> list[Message]:
        """Return the prompt for an answer to `words`, which continue a person's last turn if that stayed unanswered.

        `name`: who says them, where several people may.
        """
        words = named(name, words)
        if history and history[-1].role == "user":
            words = joined(history[-1].content, words, name)
            history = history[:-1]
        return [self.system(), *history, Message("user", words)]
