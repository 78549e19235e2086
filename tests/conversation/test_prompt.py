"""What the language model is told."""

from datetime import UTC, datetime

from engine.conversation.prompt import SPOKEN_STYLE, PromptBuilder
from engine.layers.llm.protocol import Message
from engine.store.records import PersonaRecord

STAMP = "2026-01-01T00:00:00.000000Z"
NOW = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)


def builder(about: str = "They ask about tea.", **fields: object) -> PromptBuilder:
    return PromptBuilder(PersonaRecord("p1", "Ada", fields, "user", STAMP, STAMP), about, NOW)


def test_the_system_message_goes_from_the_persona_to_the_moment() -> None:
    system = builder(system_prompt=" You are Ada. ", context="You work in a shop.").system()
    assert system.role == "system"
    assert system.content.split("\n\n") == [
        "You are Ada.",
        "You work in a shop.",
        "They ask about tea.",
        SPOKEN_STYLE,
        "It is Saturday, 14 March 2026, 09:26 (UTC).",
    ]


def test_what_is_empty_leaves_no_gap() -> None:
    assert builder("  ", system_prompt=None).system().content.startswith(SPOKEN_STYLE)


def test_the_words_follow_the_history() -> None:
    prompt = builder()
    history = [Message("user", "Hello."), Message("assistant", "Hello to you.")]
    assert prompt.messages(history, "One tea.") == [prompt.system(), *history, Message("user", "One tea.")]


def test_words_continue_a_turn_that_stayed_unanswered() -> None:
    prompt = builder()
    history = [Message("assistant", "Yes?"), Message("user", "One tea")]
    assert prompt.messages(history, "with milk.")[1:] == [
        Message("assistant", "Yes?"),
        Message("user", "One tea with milk."),
    ]
    assert prompt.messages(history, "")[-1] == Message("user", "One tea")


def test_the_beginning_stays_the_same_so_that_it_is_evaluated_once() -> None:
    prompt = builder()
    first = prompt.messages([], "One tea.")
    second = prompt.messages([Message("user", "One tea."), Message("assistant", "Here.")], "Thanks.")
    assert second[: len(first)] == first
