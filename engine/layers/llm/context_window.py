"""What of a conversation goes into a context that is too short for all of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from engine.layers.llm.protocol import Message

_ROOM_AFTER_DROPPING: Final = 0.75
"""Of the limit: leaving out more at once keeps the beginning, and so the cache, the same for several turns."""
_MOST_CHARACTERS: Final = 12
"""Characters of one token at most, in a text of any length: four or five are usual."""


class ContextWindow:
    """Chooses the messages of one conversation that fit.

    It remembers how many it left out, so that the prompt's beginning stays put from turn to turn.
    """

    def __init__(self, limit: int, count: Callable[[Sequence[Message]], int]) -> None:
        """`limit`: tokens; `count` gives the tokens of a prompt with these messages."""
        self._limit = limit
        self._count = count
        self._left_out = 0

    def fit(self, messages: Sequence[Message]) -> list[Message]:
        """Return `messages` without the oldest non-system ones, as far as needed.

        The last message and the last of a user always stay. If that is still too long, the longest contents that remain are
        shortened: a system message keeps its beginning, others their end.
        """
        last_said = max((index for index, message in enumerate(messages) if message.role == "user"), default=-1)
        staying = {last_said, len(messages) - 1}
        droppable = [
            index for index, message in enumerate(messages) if message.role != "system" and index not in staying
        ]

        def without(number: int) -> list[Message]:
            gone = set(droppable[:number])
            return [message for index, message in enumerate(messages) if index not in gone]

        hopeless = self._hopeless(messages, droppable)
        if not hopeless and self._count(messages) <= self._limit:
            self._left_out = 0
            return list(messages)
        self._left_out = min(max(self._left_out, hopeless), len(droppable))
        if self._left_out and self._count(kept := without(self._left_out)) <= self._limit:
            return kept
        comfortable = self._limit * _ROOM_AFTER_DROPPING
        for number in range(self._left_out + 1, len(droppable) + 1):
            kept = without(number)
            if self._count(kept) <= comfortable:
                self._left_out = number
                return kept
        self._left_out = len(droppable)
        return self._shortened(without(len(droppable)))

    def _hopeless(self, messages: Sequence[Message], droppable: Sequence[int]) -> int:
        """Return how many of the oldest can be left out unseen: an hour's talk is not counted anew for each answer."""
        characters = 0
        for later, index in enumerate(reversed(droppable)):
            characters += len(messages[index].content)
            if characters > self._limit * _MOST_CHARACTERS:
                return len(droppable) - later
        return 0

    def _shortened(self, messages: list[Message]) -> list[Message]:
        while self._count(messages) > self._limit:
            longest = max(range(len(messages)), key=lambda index: len(messages[index].content))
            message = messages[longest]
            if not message.content:
                break
            keep = self._fraction_that_fits(messages, longest)
            messages = [*messages]
            messages[longest] = _cut(message, keep)
        return messages

    def _fraction_that_fits(self, messages: list[Message], index: int) -> int:
        """Return how many characters of one message may stay: as many as fit, but at least half; the next longest gives too."""
        message = messages[index]
        low, high = len(message.content) // 2, len(message.content)
        while high - low > 1:
            middle = (low + high) // 2
            tried = [*messages]
            tried[index] = _cut(message, middle)
            low, high = (middle, high) if self._count(tried) <= self._limit else (low, middle)
        return low


def _cut(message: Message, characters: int) -> Message:
    content = message.content
    kept = content[:characters] if message.role == "system" else content[len(content) - characters :]
    return replace(message, content=kept)
