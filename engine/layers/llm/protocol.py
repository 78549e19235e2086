"""What the conversation asks of a language model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from engine.layers.cancel import CancelToken

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the prompt."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model asks for a function to be called; it is whole, nothing of it is still to come."""

    id: str
    """Names the call; what the function answers refers to it."""
    name: str
    arguments: str
    """A JSON object, as text."""


Piece: TypeAlias = str | ToolCall
"""What an answer is made of."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn."""

    temperature: float = 0.4
    top_p: float = 0.92
    repeat_penalty: float = 1.1
    max_tokens: int = 160
    seed: int | None = None
    """None draws a fresh seed; a number makes the answer repeatable."""


class ChatSession(Protocol):
    """One conversation's key-value cache. Used by one thread at a time."""

    def prefill(self, messages: Sequence[Message], cancel: CancelToken) -> None:
        """Evaluate the prompt so far, so that `generate` with the same beginning starts at once.

        The longest common prefix with what is already in the cache is kept. Blocking; stops within one batch of 64 tokens
        when cancelled, and what was evaluated until then stays useful.
        """

    def generate(self, messages: Sequence[Message], sampling: Sampling, cancel: CancelToken) -> Iterator[Piece]:
        """Yield the answer as pieces of text (whole characters) as they are drawn, and calls of tools where the model has any.

        Ends at the model's end-of-turn token, at `max_tokens`, or when cancelled. When the messages do not fit the context, the oldest
        non-system messages are left out.
        """

    def close(self) -> None:
        """Free the cache; the session must not be used afterwards."""


class ChatModel(Protocol):
    """One set of weights, shared by all conversations."""

    name: str

    def open_session(self) -> ChatSession:
        """Open a key-value cache of its own. Blocking (tens of milliseconds)."""

    def close(self) -> None:
        """Free the weights; every session must be closed before."""
