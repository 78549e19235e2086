"""A conversation that grows too long loses its oldest turns, never its system messages or the last word."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.layers.llm.context_window import ContextWindow
from engine.layers.llm.protocol import Message

FRAME = 4


def count(messages: Sequence[Message]) -> int:
    """Count as if every character were a token and every message had a frame."""
    return sum(len(message.content) + FRAME for message in messages)


def conversation(turns: int) -> list[Message]:
    said = [Message("user" if number % 2 == 0 else "assistant", f"{number:02} said") for number in range(turns)]
    return [Message("system", "You are brief."), *said]


def test_what_fits_stays_whole() -> None:
    assert ContextWindow(1000, count).fit(conversation(9)) == conversation(9)


def test_the_oldest_turns_go_first() -> None:
    fitting = ContextWindow(100, count).fit(conversation(21))
    assert fitting[0] == conversation(21)[0]
    assert fitting[1:] == conversation(21)[-len(fitting) + 1 :]
    assert 1 < len(fitting) < 21


def test_the_beginning_stays_the_same_for_several_turns() -> None:
    window = ContextWindow(200, count)
    beginnings = [tuple(window.fit(conversation(turns))[:2]) for turns in range(1, 60, 2)]
    changes = sum(one != other for one, other in pairwise(beginnings))
    assert 0 < changes <= len(beginnings) // 2


def test_the_work_does_not_grow_with_the_conversation() -> None:
    counted: list[int] = []

    def counting(messages: Sequence[Message]) -> int:
        counted.append(len(messages))
        return count(messages)

    def work(window: ContextWindow, turns: int) -> int:
        counted.clear()
        window.fit(conversation(turns))
        return sum(counted)

    window = ContextWindow(200, counting)
    early = max(work(window, turns) for turns in range(301, 401, 2))
    assert max(work(window, turns) for turns in range(4001, 4101, 2)) <= early


def test_a_conversation_that_starts_over_is_whole_again() -> None:
    window = ContextWindow(200, count)
    window.fit(conversation(41))
    assert window.fit(conversation(3)) == conversation(3)


def test_the_last_question_stays_even_behind_a_hint_of_the_system() -> None:
    hint = Message("system", "They are smiling.")
    fitting = ContextWindow(60, count).fit([*conversation(21), hint])
    assert fitting == [conversation(21)[0], conversation(21)[-1], hint]


def test_a_last_message_that_is_too_long_keeps_its_end() -> None:
    (fitting,) = ContextWindow(50, count).fit([Message("user", "a" * 500 + "the question?")])
    assert fitting.content.endswith("the question?")
    assert count([fitting]) <= 50


def test_a_system_message_that_is_too_long_keeps_its_beginning() -> None:
    system, last = ContextWindow(60, count).fit(
        [Message("system", "You are Ada." + "b" * 500), Message("user", "Who are you?")]
    )
    assert system.content.startswith("You are Ada.")
    assert last.content == "Who are you?"
    assert count([system, last]) <= 60


messages = st.lists(
    st.builds(Message, st.sampled_from(["system", "user", "assistant"]), st.text(max_size=60)), min_size=1, max_size=10
)


@given(messages=messages, limit=st.integers(10 * FRAME, 300))
def test_the_result_fits_and_ends_with_the_last_message(messages: list[Message], limit: int) -> None:
    fitting = ContextWindow(limit, count).fit(messages)
    assert count(fitting) <= limit
    assert fitting[-1].role == messages[-1].role
    assert messages[-1].content.endswith(fitting[-1].content) or messages[-1].content.startswith(fitting[-1].content)
    assert [one.role for one in fitting if one.role == "system"] == [
        one.role for one in messages if one.role == "system"
    ]
