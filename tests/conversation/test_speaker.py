"""Which answer has the floor: every way for one to begin, to wait, to be taken back and to end."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from engine.conversation.speaker import Speaker
from engine.conversation.speech import Speech
from engine.conversation.trace import TurnTrace
from engine.layers.llm.protocol import ToolCall
from tests.conversation.test_answer import Desk


class Notes:
    """Writes down what the speaker tells."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def answer_began(self, answer: Speech) -> None:
        self.told.append(("began", answer.inference_id))

    def answer_proceeds(self, answer: Speech, words: str) -> None:
        self.told.append(("proceeds", words))

    def answer_over(self, answer: Speech, heard: str, *, interrupted: bool) -> None:
        self.told.append(("cut" if interrupted else "over", heard))

    def answer_unheard(self, answer: Speech) -> None:
        self.told.append(("unheard", answer.inference_id))

    def tool_called(self, answer: Speech, call: ToolCall) -> None:
        self.told.append(("called", call.name))


class Floor(Desk):
    """A speaker at a desk."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        super().__init__(thread)
        self.notes = Notes()
        self.tasks: list[asyncio.Task[None]] = []
        self.speaker = Speaker(self.parts, self.notes, self._spawn)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self.tasks.append(asyncio.create_task(work))
        return self.tasks[-1]


@asynccontextmanager
async def a_floor() -> AsyncIterator[Floor]:
    with ThreadPoolExecutor(1) as thread:
        floor = Floor(thread)
        yield floor
        floor.speaker.close()
        await asyncio.gather(*floor.tasks, return_exceptions=True)


async def test_a_prepared_answer_is_heard_after_its_release() -> None:
    async with a_floor() as floor:
        trace = TurnTrace(0.0)
        floor.speaker.prepare(lambda cancel: iter(("Yes I do.",)), trace, "i")
        await floor.pass_ticks(5)
        assert floor.speaker.preparing
        assert floor.notes.told == []
        floor.speaker.release()
        assert floor.speaker.pending
        await floor.pass_ticks(1)
        assert floor.speaker.audible
        await floor.pass_ticks(30)
        assert floor.notes.told == [("began", "i"), ("proceeds", "Yes I do."), ("over", "Yes I do.")]
        assert not floor.speaker.audible
        assert not floor.speaker.pending
        assert trace.outcome == "answered"


async def test_a_prepared_answer_that_is_withdrawn_is_never_heard() -> None:
    async with a_floor() as floor:
        trace = TurnTrace(0.0)
        floor.speaker.prepare(lambda cancel: iter(("Yes I do.",)), trace)
        await floor.settle()
        floor.speaker.withdraw()
        floor.speaker.release()
        await floor.pass_ticks(10)
        assert floor.notes.told == []
        assert trace.outcome == "resumed"
        assert all(task.done() for task in floor.tasks)


async def test_an_answer_that_comes_to_nothing_lets_the_next_text_pass() -> None:
    async with a_floor() as floor:
        floor.speaker.prepare(lambda cancel: iter(()), None, "i")
        await floor.settle()
        floor.speaker.release()
        floor.speaker.say("Go on then.")
        await floor.pass_ticks(40)
        assert floor.notes.told[0] == ("unheard", "i")
        assert floor.notes.told[-1] == ("over", "Go on then.")


async def test_a_released_answer_takes_the_floor_from_whatever_has_it() -> None:
    async with a_floor() as floor:
        floor.speaker.say("One two three four five six.")
        floor.speaker.say("This waits.")
        await floor.pass_ticks(21)
        floor.speaker.prepare(lambda cancel: iter(("Yes I do.",)))
        await floor.settle()
        floor.speaker.release()
        await floor.pass_ticks(60)
        assert [told for told in floor.notes.told if told[0] in {"cut", "over"}] == [
            ("cut", "One two"),
            ("over", "Yes I do."),
        ]


async def test_a_text_that_is_taken_back_waits_again_before_all_others() -> None:
    async with a_floor() as floor:
        floor.speaker.say("First of all.", "one")
        floor.speaker.say("Second of all.", "two")
        floor.speaker.take_back()
        await floor.pass_ticks(40)
        assert floor.notes.told == []
        floor.speaker.proceed()
        await floor.pass_ticks(80)
        assert [told for told in floor.notes.told if told[0] in {"began", "over"}] == [
            ("began", "one"),
            ("over", "First of all."),
            ("began", "two"),
            ("over", "Second of all."),
        ]


async def test_what_is_heard_already_is_not_taken_back() -> None:
    async with a_floor() as floor:
        floor.speaker.say("One two three.")
        await floor.pass_ticks(1)
        floor.speaker.take_back()
        await floor.pass_ticks(40)
        assert floor.notes.told[-1] == ("over", "One two three.")


async def test_closing_tells_what_was_heard_and_leaves_nothing_at_work() -> None:
    async with a_floor() as floor:
        floor.speaker.say("One two three four five.")
        await floor.pass_ticks(21)
        floor.speaker.prepare(lambda cancel: iter(("Never.",)))
        floor.speaker.close()
        await asyncio.gather(*floor.tasks, return_exceptions=True)
        assert floor.notes.told[-1] == ("cut", "One two")
        assert all(task.done() for task in floor.tasks)
